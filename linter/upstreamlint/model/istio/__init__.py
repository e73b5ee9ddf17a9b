"""Istio's kinds, as written: names are expanded where they are looked up."""

from __future__ import annotations

from upstreamlint.model.istio.destination_rule import DestinationRule, Subset, TrafficPolicy, destination_rule
from upstreamlint.model.istio.envoy_filter import EnvoyFilter, FilterPatch, HeaderReader, envoy_filter
from upstreamlint.model.istio.gateway import GatewayServer, IstioGateway, gateway
from upstreamlint.model.istio.mesh import (
    ExtensionProvider,
    Installation,
    InstalledGateway,
    SidecarScope,
    installation,
    sail,
    sidecar,
)
from upstreamlint.model.istio.security import (
    AccessOperation,
    AccessRule,
    AccessSource,
    AuthorizationPolicy,
    PeerAuthentication,
    RequestAuthentication,
    TokenRule,
    authorization_policy,
    peer_authentication,
    request_authentication,
)
from upstreamlint.model.istio.service_entry import (
    EntryEndpoint,
    EntryPort,
    ServiceEntry,
    WorkloadEntry,
    WorkloadGroup,
    service_entry,
    workload_entry,
    workload_group,
)
from upstreamlint.model.istio.virtual_service import (
    Delegate,
    RouteDestination,
    VirtualRoute,
    VirtualService,
    virtual_service,
)

INSTALL = "install.istio.io"
NETWORKING = "networking.istio.io"
SECURITY = "security.istio.io"

__all__ = [
    "INSTALL",
    "NETWORKING",
    "SECURITY",
    "AccessOperation",
    "AccessRule",
    "AccessSource",
    "AuthorizationPolicy",
    "Delegate",
    "DestinationRule",
    "EntryEndpoint",
    "EntryPort",
    "EnvoyFilter",
    "ExtensionProvider",
    "FilterPatch",
    "GatewayServer",
    "HeaderReader",
    "Installation",
    "InstalledGateway",
    "IstioGateway",
    "PeerAuthentication",
    "RequestAuthentication",
    "RouteDestination",
    "ServiceEntry",
    "SidecarScope",
    "Subset",
    "TokenRule",
    "TrafficPolicy",
    "VirtualRoute",
    "VirtualService",
    "WorkloadEntry",
    "WorkloadGroup",
    "authorization_policy",
    "destination_rule",
    "envoy_filter",
    "gateway",
    "installation",
    "peer_authentication",
    "request_authentication",
    "service_entry",
    "sail",
    "sidecar",
    "virtual_service",
    "workload_entry",
    "workload_group",
]
