"""Rules about network and traffic policies."""

NEEDS = frozenset({"kubernetes"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
