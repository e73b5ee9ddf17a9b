"""Rules about Envoy."""

NEEDS = frozenset({"envoy"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
