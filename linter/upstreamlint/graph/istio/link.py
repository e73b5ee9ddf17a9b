"""Istio, as istiod would configure the proxies: names, visibility, clusters, subsets, security."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.hops import hop
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference

Link = Route | Edge | Reference | Dial | Judgement


def link(index: Index) -> Iterator[Link]:
    """Everything that Istio adds to the graph."""
    mesh = Mesh(index)
    for needed, module in LINKERS:
        if not index.holds.isdisjoint(needed.split()):
            for item in import_module(f"{__package__}.{module}").link(mesh):
                yield hop(item) if isinstance(item, Reference) else item


LINKERS = (
    ("VirtualService", "destinations"),
    ("VirtualService IstioGateway", "gateways"),
    ("IstioGateway", "unbound"),
    ("VirtualService IstioGateway ServiceEntry", "conflicts"),
    ("IstioGateway", "credentials"),
    ("IstioGateway", "reused"),
    ("VirtualService", "routes"),
    ("VirtualService", "protocols"),
    ("ServiceEntry DestinationRule", "entries"),
    ("ServiceEntry", "plain_entries"),
    ("Namespace", "tls_calls"),
    ("DestinationRule", "tls"),
    ("PeerAuthentication", "outsiders"),
    ("PeerAuthentication", "auto_tls"),
    ("SidecarScope", "scopes"),
    ("AuthorizationPolicy", "authorization"),
    ("AuthorizationPolicy", "denied_calls"),
    ("AuthorizationPolicy", "ztunnel"),
    ("AuthorizationPolicy", "providers"),
    ("RequestAuthentication", "tokens"),
    (
        "EnvoyFilter AuthorizationPolicy PeerAuthentication RequestAuthentication SidecarScope DestinationRule",
        "selected",
    ),
    ("DestinationRule Service", "balancing"),
    ("DestinationRule", "localities"),
    ("EnvoyFilter", "filters"),
    ("EnvoyFilter", "brought"),
    ("Installation ChartRelease", "installed"),
    ("Installation ConfigMap SidecarScope", "unregistered"),
)
"""The modules of this package that link, in their order; where a run holds none of the types each has nothing to say."""
