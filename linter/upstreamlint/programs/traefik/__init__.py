"""Traefik, as far as files configure it."""
