"""Where a fault can be planted, and how a hand slips: what `bench/plant.py` plants."""
