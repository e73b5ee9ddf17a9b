"""Tunnel connectors and identity-aware proxies: what they have in common, their rules and the origins that those name."""
