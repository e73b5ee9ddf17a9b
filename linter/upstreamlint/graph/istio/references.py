"""References of Istio's kinds, and what they came to."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import (
    AuthorizationPolicy,
    Delegate,
    DestinationRule,
    GatewayServer,
    IstioGateway,
    PeerAuthentication,
    RouteDestination,
    ServiceEntry,
    SidecarScope,
    Subset,
    VirtualRoute,
    VirtualService,
)
from upstreamlint.model.istio.service_entry import EntryPort
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.model.kubernetes.workload import ContainerPort
from upstreamlint.source import Anchor
from upstreamlint.symptoms import streamed
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.model.gateway_api import KubernetesGateway


@entity
class Target:
    """Where a destination would lead, as a node: what is broken when it leads nowhere."""

    id: str
    anchor: Anchor


@entity(kw_only=True)
class MeshReference(Reference):
    """Something that a destination of a VirtualService's route names.

    `target` is the node that the hop leads to when it is broken, `share` the part of the requests that go there,
    `assumption` what a verdict rests on beside the files. `mirror`: it only gets copies.
    """

    route: Route
    virtual_service: VirtualService
    destination: RouteDestination
    target: Target
    share: float
    mirror: bool = False
    assumption: str = ""

    def answer(self, symptom: Symptom) -> Symptom:
        """What clients of the route get, given what they would get over HTTP."""
        return symptom if self.route.key.startswith("http") else streamed(symptom)


class HostFault(StrEnum):
    """Why no cluster exists for a destination's host."""

    MISSING = "missing"
    MALFORMED = "malformed"
    """It has a scheme, a port, a path or a trailing dot."""
    NOT_EXPANDED = "not expanded"
    """`svc.ns` and `svc.ns.svc` are taken as they are."""
    WILDCARD = "wildcard"
    """Only a wildcard ServiceEntry covers it."""
    CHAIN = "chain"
    """It is only the host of another VirtualService."""
    ALIAS = "alias"
    """It is an ExternalName Service for a host that is not registered."""
    NOT_EXPORTED = "not exported"
    """It exists, but not in the client's namespace."""


@entity(kw_only=True)
class MeshHost(MeshReference):
    """The host of a destination, expanded as istiod does; `client` is the namespace that it is hidden from."""

    expanded: str
    client: str = ""
    fault: HostFault = HostFault.MISSING
    service: Service | None = None
    entry: ServiceEntry | None = None


@entity(kw_only=True)
class MeshPort(MeshReference):
    """The port of a destination; `omitted` when it is not written and the listener's port is used instead."""

    host: str
    omitted: bool = False


@entity(kw_only=True)
class SubsetName(MeshReference):
    """The subset that a destination names, in the DestinationRules that apply to its client.

    `rules` are those that apply, `hidden` the definition that exists but does not apply, with `why` and
    the place that says so, which is of the rule `because_of`.
    """

    host: str
    client: str
    rules: tuple[DestinationRule, ...] = ()
    hidden: DestinationRule | None = None
    why: str = ""
    because: Anchor | None = None
    because_of: DestinationRule | None = None


@entity(kw_only=True)
class SubsetLabels(MeshReference):
    """The labels of a routed subset, and the workloads that carry them; `scaled_to_zero` if none runs a pod."""

    host: str
    rule: DestinationRule
    subset: Subset
    workloads: tuple[Workload, ...] = ()
    scaled_to_zero: bool = False
    of_entry: bool = False
    by_name: bool = False


@entity(kw_only=True)
class NoneResolution(MeshReference):
    """A ServiceEntry without resolution that a gateway routes to."""

    entry: ServiceEntry
    gateway: IstioGateway


@entity(kw_only=True)
class PassedOn(MeshReference):
    """A DestinationRule that has a gateway pass requests on to the address that was dialled, which is its own."""

    rule: DestinationRule
    host: str


@entity(kw_only=True)
class EntryTarget(Reference):
    """A port of a ServiceEntry that none of the pods which it selects declares; `number` is the one they are dialled on."""

    entry: ServiceEntry
    port: EntryPort
    number: int
    workloads: tuple[Workload, ...]
    hits: tuple[Affected, ...]


@entity(kw_only=True)
class RouteProtocol(MeshReference):
    """The protocol of a destination's port, which a route of HTTP does not fit: TLS, or not HTTP at all."""

    host: str
    protocol: str
    is_tls: bool


@entity(kw_only=True)
class RouteKind(Reference):
    """The kinds of routes (`http`, `tls`, `tcp`) that a VirtualService has, and those that its gateways use."""

    virtual_service: VirtualService
    server: GatewayServer
    gateway: IstioGateway
    used: str


@entity(kw_only=True)
class RuleHost(Reference):
    """The host of a DestinationRule."""

    rule: DestinationRule
    expanded: str


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


@entity(kw_only=True)
class DelegateName(Reference):
    """The VirtualService that a route hands over to; `goes_to` is where its requests go without it, if anywhere."""

    route: Route
    virtual_service: VirtualService
    delegate: Delegate
    goes_to: str = ""
    assumption: str = ""


@entity(kw_only=True)
class ShadowedRoute(Reference):
    """A route that is never used: `taker` is the one of the same list that takes all of its requests, if any does.

    `never` is what of its match never holds, and `why`. `hits` is the route, when its requests are answered 404; of
    `streams` the connections are closed.
    """

    virtual_service: VirtualService
    taker: VirtualRoute | None
    never: Anchor | None = None
    why: str = ""
    hits: tuple[Affected, ...] = ()
    assumption: str = ""
    streams: bool = False


@entity(kw_only=True)
class TlsMode(Reference):
    """The TLS mode of a DestinationRule, and what the workload behind its host speaks.

    `conflicting` is the policy's mode, what keeps the sidecar out, or the port that is served in plain text.
    `hits` are the routes that are sent with it. `subset` is the one whose own mode it is. `others` says that
    the requests are spread over pods that it works with, too.
    """

    rule: DestinationRule
    mode: Scalar
    host: str
    workload: Workload | None
    conflicting: Scalar | ContainerPort
    policy: PeerAuthentication | None = None
    subset: Subset | None = None
    hits: tuple[Affected, ...] = ()
    others: bool = False


@entity(kw_only=True)
class UnspokenTls(Reference):
    """A workload that refuses what istiod makes clients speak to its Service: plain text, or mutual TLS.

    `because` and `why` say what makes them speak so; `hits` are the routes.
    """

    service: Service
    workload: Workload
    policy: PeerAuthentication
    mutual: bool
    because: Anchor
    why: str
    hits: tuple[Affected, ...] = ()
    assumption: str = ""


@entity(kw_only=True)
class PlainClient(Reference):
    """A backend whose pods demand mutual TLS, and the client without a sidecar that dials it."""

    client: str
    workload: Workload
    mode: Scalar
    policy: PeerAuthentication


@entity(kw_only=True)
class OriginationPort(Reference):
    """A port of an external host that TLS is originated to although it is the port for plain text."""

    rule: DestinationRule
    mode: Scalar
    entry: ServiceEntry
    port: int


@entity(kw_only=True)
class PlainEntryPort(Reference):
    """A port of an external host that serves TLS, declared as plain HTTP."""

    entry: ServiceEntry
    port: EntryPort
    host: str
    assumption: str


@entity(kw_only=True)
class HiddenService(Reference):
    """A Service that a container is configured to call, and the Sidecar that leaves it out."""

    workload: Workload
    service: Service
    scope: SidecarScope
    mode: Anchor


@entity(kw_only=True)
class DeniedRoute(Reference):
    """A gateway's call to a workload whose policies let no such caller in, on the route `hit`.

    `nameless` is what keeps the caller's identity from being shown, if anything does. `outside` says that the workload is
    the gateway itself, and its callers the ones that are kept out. `cut` is what comes of a connection that is closed instead of
    answered; `asked` says that a rule asks for what only requests have, and connections lack.
    """

    hit: Affected
    workload: Workload
    policy: AuthorizationPolicy
    client: str
    nameless: Anchor | None = None
    outside: bool = False
    cut: Symptom | None = None
    asked: bool = False


@entity(kw_only=True)
class ClosedPort(Reference):
    """A port for streams whose connections a policy closes, whoever opens them; `hits` are the routes that lead there."""

    policy: AuthorizationPolicy
    service: Service
    port: ServicePort
    workload: Workload
    hits: tuple[Affected, ...]
    answer: Symptom


@entity(kw_only=True)
class Ejection(Reference):
    """An outlier detection that may take every endpoint; `pods` is their number, if it is known."""

    rule: DestinationRule
    host: str
    pods: int | None
    workloads: tuple[Workload, ...] = ()


@entity(kw_only=True)
class SharedTargetPort(Reference):
    """Two ports of Services that lead to one port of a pod with different protocols."""

    service: Service
    workload: Workload
    other: Anchor
    protocols: tuple[str, str]
