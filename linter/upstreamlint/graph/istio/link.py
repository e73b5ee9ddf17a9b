"""Istio, as istiod would configure the proxies: names, visibility, clusters, subsets, security."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from upstreamlint.facets.dial import Dial
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.routes.hops import hop
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
    ("VirtualService", "routes.destinations"),
    ("VirtualService IstioGateway", "gateways.names"),
    ("IstioGateway", "gateways.unbound"),
    ("VirtualService IstioGateway ServiceEntry", "routes.conflicts"),
    ("IstioGateway", "tls.credentials"),
    ("IstioGateway", "tls.reused"),
    ("VirtualService", "routes.order"),
    ("VirtualService", "routes.protocols"),
    ("ServiceEntry DestinationRule", "registry.entries"),
    ("ServiceEntry", "tls.plain_entries"),
    ("Namespace", "tls.own_tls"),
    ("DestinationRule", "tls.modes"),
    ("PeerAuthentication", "tls.outsiders"),
    ("PeerAuthentication", "tls.auto_tls"),
    ("SidecarScope", "registry.scopes"),
    ("AuthorizationPolicy", "authorization.gateway_calls"),
    ("AuthorizationPolicy", "authorization.denied_calls"),
    ("AuthorizationPolicy", "authorization.ztunnel"),
    ("AuthorizationPolicy", "authorization.providers"),
    ("RequestAuthentication", "authorization.tokens"),
    (
        "EnvoyFilter AuthorizationPolicy PeerAuthentication RequestAuthentication SidecarScope DestinationRule",
        "selected",
    ),
    ("DestinationRule Service", "registry.balancing"),
    ("DestinationRule", "registry.localities"),
    ("EnvoyFilter", "filters"),
    ("EnvoyFilter", "brought"),
    ("Installation ChartRelease", "gateways.installed"),
    ("Installation ConfigMap SidecarScope", "registry.unregistered"),
)
"""The modules of this package that link, in their order; where a run holds none of the types each has nothing to say."""
