"""Connectors in the graph: their rules as routes, and what those lead to."""

from upstreamlint.graph.connectors.link import link

__all__ = ["link"]
