"""Rules about tunnel connectors and identity-aware proxies."""

NEEDS = frozenset({"connectors"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
