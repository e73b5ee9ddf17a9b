"""References of the Gateway API, and what they came to."""

from __future__ import annotations

from upstreamlint.finding import Affected
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.gateway_api import (
    BackendRef,
    GatewayClass,
    GatewayListener,
    GatewayRoute,
    KubernetesGateway,
    ListenerSet,
    ParentRef,
)
from upstreamlint.model.kubernetes import ConfigMap, Namespace, Service, Workload
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias
from upstreamlint.values import StrEnum, entity

Parent: TypeAlias = KubernetesGateway | ListenerSet | Service
"""What a route can attach to: a Gateway, listeners added to one, or in a mesh the Service that is called."""


@entity
class BackendTarget:
    """A backend of a rule as a node: what is broken when it leads nowhere."""

    id: str
    anchor: Anchor


@entity(kw_only=True)
class BackendGrant(Reference):
    """A backend in another namespace, which must permit it with a ReferenceGrant (G8)."""

    route: Route
    target: BackendTarget
    route_owner: GatewayRoute
    backend: BackendRef
    service: Service | None


@entity(kw_only=True)
class BackendExport(Reference):
    """A backend that the route's gateway, in the namespace `client`, does not see."""

    route: Route
    target: BackendTarget
    backend: BackendRef
    service: Service
    client: str


@entity(kw_only=True)
class BackendObject(Reference):
    """An object of an implementation, or another route, that a backend names, or a `filter`.

    `elsewhere` says that its name is in another namespace. It may be there and not be read: then `off` is the configuration that says so.
    """

    route: Route
    target: BackendTarget
    backend: BackendRef
    route_owner: GatewayRoute
    elsewhere: bool
    filter: bool = False
    off: Anchor | None = None


@entity(kw_only=True)
class BackendKind(Reference):
    """The kind of a backend."""

    route: Route
    target: BackendTarget
    backend: BackendRef


@entity(kw_only=True)
class MirrorBackend(Reference):
    """The Service that a rule sends copies to, or the port that it lacks when the Service is there."""

    route: Route
    namespace: str
    service: Service | None = None


class Refusal(StrEnum):
    """Why a route does not attach to its parent, in the words of the route's status."""

    NO_GATEWAY = "no Gateway"
    NO_PARENT = "NoMatchingParent"
    NOT_ALLOWED = "NotAllowedByListeners"
    NO_HOSTNAME = "NoMatchingListenerHostname"


@entity(kw_only=True)
class RouteParent(Reference):
    """What a route attaches to, and why it does not (G3). `listeners` are those that take it.

    `hits` are the rules of the route; `assumption` says that it attaches to something else too.
    """

    route: GatewayRoute
    parent: ParentRef
    gateway: Parent | None
    refusal: Refusal | None = None
    listeners: tuple[GatewayListener, ...] = ()
    hits: tuple[Affected, ...] = ()
    assumption: str = ""


@entity(kw_only=True)
class SharedListener(Reference):
    """A listener whose connections two routes ask for: all of them, or those for the name `host`. One gets them."""

    route: GatewayRoute
    other: GatewayRoute
    listener: GatewayListener
    host: str = ""
    assumption: str = ""


class WaypointFault(StrEnum):
    """Why a waypoint does not take what is labelled with its name."""

    MISSING = "missing"
    NOT_ALLOWED = "not allowed"
    """Its listener takes nothing of the namespace."""
    OTHER_TRAFFIC = "other traffic"
    """It is for Services, or for workloads, and this is the other."""
    NO_TUNNEL = "no tunnel"
    """It is a gateway for what comes from outside, which speaks no HBONE."""


@entity(kw_only=True)
class Waypoint(Reference):
    """The waypoint that a label names, in a namespace."""

    labelled: Service | Namespace | Workload
    namespace: str
    gateway: KubernetesGateway | None
    fault: WaypointFault | None


@entity(kw_only=True)
class PolicyAuthority(Reference):
    """The ConfigMap with whom a BackendTLSPolicy believes; there is a `config_map` where it holds no certificate."""

    policy: AttachedPolicy
    config_map: ConfigMap | None


@entity(kw_only=True)
class Parameters(Reference):
    """What a Gateway or its class names to say how its proxies are to run; `hits` are the routes that come by them."""

    holder: KubernetesGateway | GatewayClass
    ref: BackendRef
    hits: tuple[Affected, ...] = ()


@entity(kw_only=True)
class ClassOfGateway(Reference):
    """The GatewayClass that a Gateway names; `hits` are the routes that are attached to the Gateway."""

    gateway: KubernetesGateway
    hits: tuple[Affected, ...] = ()
