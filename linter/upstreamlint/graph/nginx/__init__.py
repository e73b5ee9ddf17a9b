"""nginx in the graph: its locations as routes, what they pass requests to, and what that leads to."""

from upstreamlint.graph.nginx.link import link

__all__ = ["link"]
