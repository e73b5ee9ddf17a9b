"""Rules about Gateway API."""

NEEDS = frozenset({"gateway_api"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
