"""Proxies that a container runtime tells of containers: what labels and variables ask of them."""
