"""Envoy in the graph: routes, the clusters that they name, and the endpoints of those."""

from upstreamlint.graph.envoy.link import link

__all__ = ["link"]
