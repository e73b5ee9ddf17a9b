"""Rules about what prevents an empty pool."""

NEEDS = frozenset({"kubernetes", "nginx"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
