"""Rules about Traefik."""

NEEDS = frozenset({"traefik"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
