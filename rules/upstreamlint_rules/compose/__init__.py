"""Rules about Docker Compose."""

NEEDS = frozenset({"compose"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
