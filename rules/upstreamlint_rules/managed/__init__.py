"""Rules about proxies that controllers run, and that objects configure."""

NEEDS = frozenset({"managed"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
