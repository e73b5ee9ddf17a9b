"""Pomerium: a proxy that knows who asks."""
