"""References of Istio's kinds, and what they came to."""

from __future__ import annotations

from dataclasses import dataclass

from upstreamlint.documents import Scalar
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import DestinationRule, RouteDestination, Subset, VirtualService
from upstreamlint.model.kubernetes import Service


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MeshHost(Reference):
    """The host of an Istio destination, expanded as istiod does."""

    route: Route
    virtual_service: VirtualService
    destination: RouteDestination
    share: float
    expanded: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MeshPort(Reference):
    """The port of an Istio destination."""

    route: Route
    virtual_service: VirtualService
    service: Service
    share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SubsetName(Reference):
    """The subset that a destination names, in the DestinationRules that apply to it."""

    route: Route
    virtual_service: VirtualService
    host: str
    share: float
    rules: tuple[DestinationRule, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SubsetLabels(Reference):
    """The labels of a routed subset, and the endpoints of its host that carry them."""

    route: Route
    destination: RouteDestination
    host: str
    rule: DestinationRule
    subset: Subset
    share: float


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class GatewayName(Reference):
    """The gateway that a VirtualService names."""

    virtual_service: VirtualService
    name: Scalar
