"""Rules about proxies that forward what they take: Caddy, HAProxy and the like."""

NEEDS = frozenset({"caddy", "haproxy", "apache"})
"""The technologies of which a tree must hold one, for these rules to be imported at all."""
