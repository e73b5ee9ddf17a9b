"""Tailscale: a node of a private network that serves what is near it."""
