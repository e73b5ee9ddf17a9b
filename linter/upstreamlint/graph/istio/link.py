"""Istio, as istiod would configure the proxies: names, visibility, clusters, subsets, security."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint.facets.dial import Dial
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio import (
    authorization,
    balancing,
    conflicts,
    destinations,
    entries,
    gateways,
    outsiders,
    protocols,
    providers,
    routes,
    scopes,
    tls,
    tokens,
)
from upstreamlint.graph.istio.hops import hop
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference

Link = Route | Edge | Reference | Dial


def link(index: Index) -> Iterator[Link]:
    """Everything that Istio adds to the graph."""
    mesh = Mesh(index)
    for linker in _LINKERS:
        for item in linker(mesh):
            yield hop(item) if isinstance(item, Reference) else item


_LINKERS: tuple[Callable[[Mesh], Iterator[Link]], ...] = (
    destinations.link,
    gateways.link,
    conflicts.link,
    routes.link,
    protocols.link,
    entries.link,
    tls.link,
    outsiders.link,
    scopes.link,
    authorization.link,
    providers.link,
    tokens.link,
    balancing.link,
)
