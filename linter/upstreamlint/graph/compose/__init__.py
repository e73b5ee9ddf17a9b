"""Compose projects in the graph: what a name and a port mean inside a container, and what follows from it."""

from upstreamlint.graph.compose.dial import Dial, DialedHost, DialedPort, World, dial
from upstreamlint.graph.compose.link import link

__all__ = ["Dial", "DialedHost", "DialedPort", "World", "dial", "link"]
