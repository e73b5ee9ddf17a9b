"""Teleport: applications behind a proxy that knows who asks."""
