"""Gateway API: what a route attaches to, and why it does not (G3)."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.references import Parent, Refusal, RouteParent
from upstreamlint.graph.gateway_api.route_attachment import (
    admits_hostname,
    admits_kind,
    admits_namespace,
    admits_set,
)
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import missing_service, other_ports
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import (
    GROUP,
    GatewayListener,
    GatewayRoute,
    KubernetesGateway,
    ListenerSet,
    ParentRef,
)
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.nearest import ambiguous, nearest, same_namespace, same_tree
from upstreamlint.typed import TypeAlias

_SETS = frozenset({(GROUP, "ListenerSet"), ("gateway.networking.x-k8s.io", "XListenerSet")})
_Listening: TypeAlias = KubernetesGateway | ListenerSet


class Parents:
    """What routes can attach to, by name."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.gateways = _by_name(index.of(KubernetesGateway))
        self.sets = _by_name(index.of(ListenerSet))


def _by_name(found: Iterable[_Listening]) -> dict[str, list[_Listening]]:
    return grouped(found, lambda g: g.meta.name.value)


def attach(parents: Parents, route: GatewayRoute, parent: ParentRef) -> RouteParent | None:
    """What a route attaches to, and why it does not; nothing for kinds that only an implementation knows."""
    if (parent.group, parent.kind) in (("", "Service"), ("core", "Service")):
        return _to_service(parents.index, route, parent)
    if (parent.group, parent.kind) in _SETS:
        return _to_listeners(parents, parents.sets, route, parent)
    if (parent.group, parent.kind) == (GROUP, "Gateway"):
        return _to_listeners(parents, parents.gateways, route, parent)
    return None


def _to_service(index: Index, route: GatewayRoute, parent: ParentRef) -> RouteParent | None:
    """A route of the mesh is for the clients of a Service, or of one port of it."""
    name, folder = parent.name, route.meta.folder
    services = index.services(name.value, parent.namespace, folder)
    if not services:
        verdict, near = missing_service(index, name.value, parent.namespace, folder)
        verdict = Verdict.UNKNOWN if route.meta.patched else verdict
        return _parent(route, parent, None, Refusal.NO_GATEWAY, verdict, near)
    number = integer(parent.port)
    if number is None or any(s.port(number) is not None or not s.ports for s in services):
        return None
    unsure = route.meta.patched or any(s.meta.patched for s in services)
    unsure = unsure or index.service_is_ambiguous(
        name.value, parent.namespace, folder, lambda s: s.port(number)
    )
    verdict = Verdict.UNKNOWN if unsure else Verdict.CONFLICT
    near = other_ports(services[0], None)
    return _parent(route, parent, services[0], Refusal.NO_PARENT, verdict, near)


def _parent(
    route: GatewayRoute,
    parent: ParentRef,
    found: Parent | None,
    refusal: Refusal,
    verdict: Verdict,
    near: tuple[Candidate, ...],
) -> RouteParent:
    written = parent.name
    if refusal is Refusal.NO_PARENT:
        written = parent.section or parent.port or parent.name
    return RouteParent(
        wanted=written.value,
        anchor=written.anchor,
        owner=route,
        verdict=verdict,
        near=near,
        route=route,
        parent=parent,
        gateway=found,
        refusal=refusal,
    )


def _to_listeners(
    parents: Parents, of_kind: dict[str, list[_Listening]], route: GatewayRoute, parent: ParentRef
) -> RouteParent:
    """Whether at least one listener of the parent takes the route (G3)."""
    index = parents.index
    named = of_kind.get(parent.name.value, [])
    found = nearest(
        [g for g in named if same_namespace(g.meta.namespace, parent.namespace)], route.meta.folder
    )
    if not found:
        verdict, near = _no_gateway(index, of_kind, route, parent)
        return _parent(route, parent, None, Refusal.NO_GATEWAY, verdict, near)
    outcomes = [_attach(index, g, route, parent) for g in found]
    refusal, listeners, near = min(outcomes, key=lambda o: o[0] is not None)
    if refusal is None and (shut := _set_shut_out(parents, found)) is not None:
        refusal, listeners, near = Refusal.NOT_ALLOWED, (), (shut,)
    verdict = Verdict.FOUND
    if refusal is not None:
        hosts = refusal is Refusal.NO_HOSTNAME
        unknown = route.meta.patched or found[0].meta.patched or _templated(route, parent, hosts=hosts)
        # One that another scope has may be meant, where this one is not of the route's own folders.
        far = not same_tree(found[0].meta.folder, route.meta.folder)
        unknown = unknown or ambiguous(named, route.meta.folder)
        unknown = unknown or (far and parent.name.value in index.ladder.elsewhere)
        verdict = Verdict.UNKNOWN if unknown else Verdict.CONFLICT
    anchor, wanted = parent.name.anchor, parent.name.value
    if refusal is Refusal.NO_PARENT:
        written = parent.section or parent.port or parent.name
        anchor, wanted = written.anchor, written.value
    elif refusal is Refusal.NO_HOSTNAME:
        anchor, wanted = route.hostnames[0].anchor, ", ".join(h.value for h in route.hostnames)
    return RouteParent(
        wanted=wanted,
        anchor=anchor,
        owner=route,
        verdict=verdict,
        near=near,
        route=route,
        parent=parent,
        gateway=found[0],
        refusal=refusal,
        listeners=listeners,
    )


def _set_shut_out(parents: Parents, found: list[_Listening]) -> Candidate | None:
    """The Gateway that does not take the ListenerSet of a route."""
    for added in found:
        if not isinstance(added, ListenerSet):
            continue
        named = parents.gateways.get(added.gateway.value, [])
        there = [g for g in named if same_namespace(g.meta.namespace, added.gateway_namespace)]
        for gateway in nearest(there, added.meta.folder):
            if not isinstance(gateway, KubernetesGateway) or gateway.meta.patched or added.meta.patched:
                continue
            if admits_set(parents.index, gateway, added) is False:
                place = gateway.sets.anchor if gateway.sets else gateway.anchor
                space = added.meta.namespace
                text = f"Gateway `{gateway.meta.title}` takes no ListenerSet of namespace `{space}`"
                return Candidate(place, text, "")
    return None


def _templated(route: GatewayRoute, parent: ParentRef, *, hosts: bool) -> bool:
    """Whether what chooses a listener is still to be filled in; `hosts` says that hostnames do."""
    texts = [h.value.removeprefix("*.") for h in route.hostnames if hosts]
    texts += [s.value for s in (parent.section, parent.port) if s is not None]
    return any(is_placeholder(t) for t in texts)


def _attach(
    index: Index, gateway: _Listening, route: GatewayRoute, parent: ParentRef
) -> tuple[Refusal | None, tuple[GatewayListener, ...], tuple[Candidate, ...]]:
    title = f"{gateway.meta.kind} `{gateway.meta.title}`"
    chosen = [
        x
        for x in gateway.listeners
        if (parent.section is None or (x.name is not None and x.name.value == parent.section.value))
        and (parent.port is None or (x.port is not None and x.port.value == parent.port.value))
    ]
    if not chosen:
        if parent.section is None and parent.port is None:
            return None, (), ()
        return Refusal.NO_PARENT, (), tuple(_listener(x, parent, title) for x in gateway.listeners[:3])
    verdicts = [
        (x, admits_kind(x, route.meta.kind) and admits_namespace(index, gateway, x, route.meta.namespace))
        for x in chosen
    ]
    allowed = [x for x, admitted in verdicts if admitted is not False]
    if not allowed:
        return Refusal.NOT_ALLOWED, (), tuple(_shut(x, route, title) for x in chosen[:3])
    taking = tuple(x for x in allowed if admits_hostname(x, route))
    if taking:
        return None, taking, ()
    hosts = (x for x in allowed if x.hostname is not None)
    near = [
        Candidate(x.hostname.anchor, f"this listener of {title} serves `{x.hostname}` only", "")
        for x in hosts
        if x.hostname
    ]
    return Refusal.NO_HOSTNAME, (), (*near[:3], *_other_listeners(gateway, allowed, route))


def _other_listeners(
    gateway: _Listening, tried: list[GatewayListener], route: GatewayRoute
) -> list[Candidate]:
    fitting = [x for x in gateway.listeners if x not in tried and x.name and admits_hostname(x, route)]
    return [Candidate(x.anchor, f"listener `{x.name}` would take it", str(x.name)) for x in fitting[:1]]


def _listener(listener: GatewayListener, parent: ParentRef, title: str) -> Candidate:
    written = listener.name if parent.section is not None else listener.port
    text = f"{title} has listener `{listener.name}` on port {listener.port}"
    return Candidate((written or listener).anchor, text, str(written or ""))


def _shut(listener: GatewayListener, route: GatewayRoute, title: str) -> Candidate:
    where = listener.allowed.anchor if listener.allowed else (listener.name or listener).anchor
    if not admits_kind(listener, route.meta.kind):
        text = f"listener `{listener.name}` of {title} takes no {route.meta.kind}"
    else:
        origin = listener.allowed.origin if listener.allowed else "Same"
        text = f"listener `{listener.name}` of {title} takes routes of `namespaces: {{from: {origin}}}` only"
    return Candidate(where, text, "")


def _no_gateway(
    index: Index, gateways: dict[str, list[_Listening]], route: GatewayRoute, parent: ParentRef
) -> tuple[Verdict, tuple[Candidate, ...]]:
    name, folder = parent.name.value, route.meta.folder
    if route.meta.patched or is_placeholder(name) or index.makers.of_service(name, parent.namespace):
        return Verdict.UNKNOWN, ()
    elsewhere = nearest(gateways.get(name, []), folder)
    near: tuple[Candidate, ...] = ()
    if elsewhere and parent.namespace in index.namespaces:
        there = elsewhere[0]
        near = (
            Candidate(
                there.anchor,
                f"{there.meta.kind} `{name}` is in namespace `{there.meta.namespace}`",
                f"namespace: {there.meta.namespace}",
            ),
        )
    elif not elsewhere and len(gateways) <= _POOL:
        like = near_names(name, gateways)
        for similar in like:
            for other in gateways[similar]:
                if same_namespace(other.meta.namespace, parent.namespace) and other.meta.folder == folder:
                    near = (
                        Candidate(
                            other.anchor,
                            f"{other.meta.kind} `{other.meta.title}` has a similar name",
                            similar,
                            certain=sole(name, like),
                        ),
                    )
    also = (f"{parent.namespace}/{name}", f"{parent.namespace}/*")
    verdict = index.ladder.absent(name, folder, near=bool(near), also=also)
    # A Gateway is of the platform: what is deployed as a whole is deployed to one.
    platform = verdict is Verdict.ABSENT and not index.ladder.complete
    return (Verdict.EXTERNAL if platform else verdict), near


_POOL = 500
