"""Compose projects in the graph: the ways in, and what labels and variables ask for."""

from upstreamlint.graph.compose.link import link

__all__ = ["link"]
