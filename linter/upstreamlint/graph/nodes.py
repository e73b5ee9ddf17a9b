"""What the graph is made of besides the resources: routes, destinations and edges."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from upstreamlint.source import Anchor
from upstreamlint.values import entity


class Node(Protocol):
    """Anything that a request can pass, or that a finding can be about."""

    @property
    def id(self) -> str:
        """A stable name, without line numbers."""

    @property
    def anchor(self) -> Anchor:
        """Where it is written."""


@entity
class Route:
    """A match (host, path) of a listener.

    `listener` is the host or hosts as a person names them, `match` the path. `owner` is the resource that
    holds the route, `kind` what the field calls it (Ingress, VirtualService, location …). `proxies` are the
    workloads that carry it out, if they alone do and no edge leads from them.
    """

    kind: str
    owner: Node
    listener: str
    match: str
    anchor: Anchor
    key: str
    proxies: tuple[Node, ...] = ()

    @property
    def id(self) -> str:
        """Its owner, host and path."""
        return f"{self.owner.id}#{self.key}"


class Edge(NamedTuple):
    """One hop of a request: from `tail` to `head`, with the place that says so and a text about it.

    `share` is the part of the tail's requests that takes the hop, from 0 to 1; nothing when it depends on
    the request, as from a workload to the routes of the proxy that runs in it. `port` is the port of the head that it
    comes to, where a node has several.
    """

    tail: Node
    head: Node
    anchor: Anchor
    text: str
    share: float | None = 1.0
    port: int | None = None
