"""Envoy with a static configuration: its listeners, routes and clusters, and what those dial."""
