"""Gateway API: gateways, routes of every kind, grants. Any API version goes by group and kind (G9)."""

from upstreamlint.model.gateway_api.gateways import (
    AllowedRoutes,
    GatewayClass,
    GatewayListener,
    Grant,
    KubernetesGateway,
    ListenerSet,
    ProxyParameters,
)
from upstreamlint.model.gateway_api.routes import (
    GROUP,
    ROUTE_KINDS,
    BackendRef,
    GatewayRoute,
    ParentRef,
    RouteRule,
)

__all__ = [
    "GROUP",
    "ROUTE_KINDS",
    "AllowedRoutes",
    "BackendRef",
    "GatewayClass",
    "GatewayListener",
    "GatewayRoute",
    "Grant",
    "KubernetesGateway",
    "ListenerSet",
    "ParentRef",
    "ProxyParameters",
    "RouteRule",
]
