"""Ingress: its backends, the hosts and paths that it claims, and what its controller makes of it."""
