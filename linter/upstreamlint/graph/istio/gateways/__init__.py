"""Gateways: their pods, the names that VirtualServices give them, and what is bound to none."""
