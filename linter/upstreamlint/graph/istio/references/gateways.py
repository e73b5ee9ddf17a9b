"""The gateways and hosts that VirtualServices name, and what they came to."""

from __future__ import annotations

from upstreamlint.finding import Affected
from upstreamlint.graph.references import Reference
from upstreamlint.model.gateway_api import KubernetesGateway
from upstreamlint.model.istio import GatewayServer, IstioGateway, ServiceEntry, VirtualService
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.values import entity


@entity(kw_only=True)
class GatewayName(Reference):
    """The gateway that a VirtualService names, and the routes that are for it.

    `other` is the Gateway of the Gateway API that has this name. `assumption` says which other gateways take
    the routes.
    """

    virtual_service: VirtualService
    gateway: IstioGateway | None = None
    other: KubernetesGateway | None = None
    hits: tuple[Affected, ...] = ()
    assumption: str = ""


@entity(kw_only=True)
class GatewayHost(Reference):
    """A host of a VirtualService, among the hosts that its gateways serve.

    `exported` is false when a gateway serves it, but the VirtualService is not visible to the gateway's pods. `streams` says
    that its routes are for TCP or TLS alone.
    """

    virtual_service: VirtualService
    gateways: tuple[IstioGateway, ...]
    exported: bool = True
    client: str = ""
    hits: tuple[Affected, ...] = ()
    streams: bool = False


@entity(kw_only=True)
class GatewaySelector(Reference):
    """The selector of a Gateway, and the pods that it configures; `hits` are the routes that no other takes."""

    gateway: IstioGateway
    workloads: tuple[Workload, ...] = ()
    hits: tuple[Affected, ...] = ()


@entity(kw_only=True)
class GatewayPort(Reference):
    """The port of a Gateway's server, on the Services of its pods; `hits` are the routes that no other takes."""

    gateway: IstioGateway
    server: GatewayServer
    services: tuple[Service, ...]
    hits: tuple[Affected, ...] = ()


@entity(kw_only=True)
class RouteKind(Reference):
    """The kinds of routes (`http`, `tls`, `tcp`) that a VirtualService has, and those that its gateways use."""

    virtual_service: VirtualService
    server: GatewayServer
    gateway: IstioGateway
    used: str


@entity(kw_only=True)
class SharedHost(Reference):
    """A host that two objects claim for the same proxies: one of them loses.

    `why` says what they differ in; of VirtualServices at a gateway it is the gateway, and empty in the mesh. `streams` says
    that they take connections there: of a port, or of a name that TLS asks for. `hits` are the routes that may be lost.
    """

    other: VirtualService | IstioGateway | ServiceEntry
    why: str = ""
    assumption: str = ""
    streams: bool = False
    hits: tuple[Affected, ...] = ()
