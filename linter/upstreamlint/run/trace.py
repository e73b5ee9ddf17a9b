"""The chain of one request: which routes take it, and where each hop leads."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph import Edge, Graph, Node, Route
from upstreamlint.graph.nodes import taken
from upstreamlint.values import frozen


@frozen
class Hop:
    """A node that the request comes to, the edge that led there, and where it goes from there."""

    node: Node
    edge: Edge | None
    onward: tuple[Hop, ...]


def trace(graph: Graph, host: str, path: str = "") -> list[Hop]:
    """The chains of the routes that take a request; an empty path stands for every path of the host.

    Routes of an outer proxy come with those of the proxies that they lead to; the latter are not listed
    again by themselves.
    """
    routes = [r for r in graph.routes if takes(r, host, path)]
    chains = [_hop(graph, route, None, frozenset()) for route in routes]
    inner = {id(n) for chain in chains for n in _nodes(chain.onward)}
    return [chain for chain in chains if id(chain.node) not in inner]


def takes(route: Route, host: str, path: str) -> bool:
    """Whether a route takes a host and path: exact hosts, `*.` suffixes and `*`; paths by prefix."""
    if not any(_covers(name, host) for name in [*route.names, *route.listener.split()]):
        return False
    return not path or taken(route.match, path) >= 0


def _covers(pattern: str, host: str) -> bool:
    if pattern in ("*", "_", "", host):
        return True
    return pattern.startswith("*.") and host.endswith(pattern[1:])


def _hop(graph: Graph, node: Node, edge: Edge | None, above: frozenset[int]) -> Hop:
    """A node with everything behind it; a node that was passed on the way is not entered again."""
    if id(node) in above:
        return Hop(node, edge, ())
    passed = above | {id(node)}
    return Hop(node, edge, tuple(_hop(graph, e.head, e, passed) for e in graph.heads(node)))


def _nodes(hops: tuple[Hop, ...]) -> Iterator[Node]:
    for hop in hops:
        yield hop.node
        yield from _nodes(hop.onward)
