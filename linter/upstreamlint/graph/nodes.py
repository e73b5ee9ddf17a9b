"""What the graph is made of besides the resources: routes, destinations and edges."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.source import Anchor
from upstreamlint.typed import Protocol
from upstreamlint.values import NamedTuple, entity

_PORT = patterns.compile(r":\d+\Z")


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
    workloads that carry it out, if they alone do and no edge leads from them. `hosts` are all hosts that it is for, where
    the listener names the first alone.
    """

    kind: str
    owner: Node
    listener: str
    match: str
    anchor: Anchor
    key: str
    proxies: tuple[Node, ...] = ()
    hosts: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """The hosts that it is for, without ports."""
        written = self.hosts or [name.strip().strip("`") for name in self.listener.replace(",", " ").split()]
        return [_PORT.sub("", name) for name in written]

    @property
    def id(self) -> str:
        """Its owner, host and path."""
        return f"{self.owner.id}#{self.key}"


def taken(match: str, path: str) -> int:
    """How much of a path a match asks for: the length of its longest prefix of it, -1 when it does not take the path.

    What is no path (an expression, a method) may take any, and asks for nothing.
    """
    paths = [part.strip(",") for part in match.split() if part.startswith("/")]
    if match.startswith("= "):
        return len(path) if path in paths else -1
    return max((len(p) for p in paths if path.startswith(p)), default=-1 if paths else 0)


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
