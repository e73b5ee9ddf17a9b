"""Gateway API: what a route attaches to, and why it does not (G3)."""

from __future__ import annotations

from upstreamlint.graph.evidence import Verdict, is_placeholder, near_names
from upstreamlint.graph.gateway_references import Refusal, RouteParent
from upstreamlint.graph.index import Index, ambiguous, nearest, same_namespace
from upstreamlint.graph.references import Candidate
from upstreamlint.graph.route_attachment import admits_hostname, admits_kind, admits_namespace
from upstreamlint.model.gateway_api import GatewayListener, GatewayRoute, KubernetesGateway, ParentRef


def attach(
    index: Index, gateways: dict[str, list[KubernetesGateway]], route: GatewayRoute, parent: ParentRef
) -> RouteParent:
    """Whether at least one listener of the parent takes the route (G3)."""
    named = gateways.get(parent.name.value, [])
    found = nearest(
        [g for g in named if same_namespace(g.meta.namespace, parent.namespace)], route.meta.folder
    )
    anchor, wanted = parent.name.anchor, parent.name.value
    if not found:
        verdict, near = _no_gateway(index, gateways, route, parent)
        return RouteParent(
            wanted=wanted,
            anchor=anchor,
            owner=route,
            verdict=verdict,
            near=near,
            route=route,
            parent=parent,
            gateway=None,
            refusal=Refusal.NO_GATEWAY,
        )
    outcomes = [_attach(index, g, route, parent) for g in found]
    refusal, listeners, near = min(outcomes, key=lambda o: o[0] is not None)
    verdict = Verdict.FOUND
    if refusal is not None:
        unknown = route.meta.patched or found[0].meta.patched or _templated(route, parent)
        unknown = unknown or ambiguous(named, route.meta.folder)
        verdict = Verdict.UNKNOWN if unknown else Verdict.CONFLICT
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


def _templated(route: GatewayRoute, parent: ParentRef) -> bool:
    texts = [h.value.removeprefix("*.") for h in route.hostnames]
    texts += [s.value for s in (parent.section, parent.port) if s is not None]
    return any(is_placeholder(t) for t in texts)


def _attach(
    index: Index, gateway: KubernetesGateway, route: GatewayRoute, parent: ParentRef
) -> tuple[Refusal | None, tuple[GatewayListener, ...], tuple[Candidate, ...]]:
    title = f"Gateway `{gateway.meta.title}`"
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
    gateway: KubernetesGateway, tried: list[GatewayListener], route: GatewayRoute
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
    index: Index, gateways: dict[str, list[KubernetesGateway]], route: GatewayRoute, parent: ParentRef
) -> tuple[Verdict, tuple[Candidate, ...]]:
    name, folder = parent.name.value, route.meta.folder
    if route.meta.patched or is_placeholder(name) or index.custom(name, parent.namespace):
        return Verdict.UNKNOWN, ()
    elsewhere = nearest(gateways.get(name, []), folder)
    near: tuple[Candidate, ...] = ()
    if elsewhere and parent.namespace in index.namespaces:
        there = elsewhere[0]
        near = (
            Candidate(
                there.anchor,
                f"Gateway `{name}` is in namespace `{there.meta.namespace}`",
                f"namespace: {there.meta.namespace}",
            ),
        )
    elif not elsewhere and len(gateways) <= _POOL:
        for similar in near_names(name, gateways):
            for other in gateways[similar]:
                if same_namespace(other.meta.namespace, parent.namespace) and other.meta.folder == folder:
                    near = (
                        Candidate(other.anchor, f"Gateway `{other.meta.title}` has a similar name", similar),
                    )
    also = (f"{parent.namespace}/{name}", f"{parent.namespace}/*")
    return index.ladder.absent(name, folder, near=bool(near), also=also), near


_POOL = 500
