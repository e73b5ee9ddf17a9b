"""Find the wiring that will answer "503 no healthy upstream", before it is deployed."""
