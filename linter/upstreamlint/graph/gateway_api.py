"""Gateway API: routes to listeners and to backends, with the grants that cross namespaces need (G3 to G8)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder, near_names
from upstreamlint.graph.gateway_references import (
    BackendGrant,
    BackendKind,
    ClassOfGateway,
    Refusal,
    RouteParent,
)
from upstreamlint.graph.index import Index, grouped, nearest, same_namespace
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import BackendPort, BackendService, Candidate, Reference
from upstreamlint.graph.route_attachment import admits_hostname, admits_kind, admits_namespace
from upstreamlint.graph.service_names import missing_service, other_ports
from upstreamlint.model.gateway_api import (
    GROUP,
    BackendRef,
    GatewayClass,
    GatewayListener,
    GatewayRoute,
    Grant,
    KubernetesGateway,
    ParentRef,
    RouteRule,
)
from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.meta import integer

Link = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """The routes of the Gateway API, the listeners that take them, and the Services that they lead to."""
    gateways = grouped(index.of(KubernetesGateway), lambda g: g.meta.name.value)
    grants = grouped(index.of(Grant), lambda g: g.meta.namespace)
    for route in index.of(GatewayRoute):
        hosts = [h.value for h in route.hostnames]
        for parent in route.parents:
            if parent.group == GROUP and parent.kind == "Gateway":
                reference = _parent(index, gateways, route, parent)
                yield reference
                if not hosts:
                    hosts = [x.hostname.value for x in reference.listeners if x.hostname is not None]
        for number, rule in enumerate(route.rules):
            yield from _rule(index, grants, route, rule, number, ", ".join(hosts) or "*")
    classes = {c.meta.name.value for c in index.of(GatewayClass)}
    for gateway in index.of(KubernetesGateway):
        if gateway.class_name is not None:
            yield _class(gateway, classes)


def _rule(
    index: Index,
    grants: dict[str, list[Grant]],
    owner: GatewayRoute,
    rule: RouteRule,
    number: int,
    hosts: str,
) -> Iterator[Link]:
    route = Route(
        owner.meta.kind, owner, hosts, ", ".join(dict.fromkeys(rule.paths)), rule.anchor, f"{number}"
    )
    yield route
    total = sum(b.weight for b in rule.backends)
    for backend in rule.backends:
        share = backend.weight / total if total else 0.0
        yield from _backend(index, grants, route, owner, backend, share)


def _backend(
    index: Index,
    grants: dict[str, list[Grant]],
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    share: float,
) -> Iterator[Link]:
    if (backend.group, backend.kind) != ("", "Service"):
        yield _kind(route, owner, backend)
        return
    name, folder = backend.name, owner.meta.folder
    services = index.services(name.value, backend.namespace, folder)
    if not same_namespace(backend.namespace, owner.meta.namespace):
        grant = _grant(index, grants, route, owner, backend, services)
        yield grant
        if grant.broken:
            return
    if not services:
        verdict, near = missing_service(index, name.value, backend.namespace, folder)
        yield BackendService(
            wanted=name.value,
            anchor=name.anchor,
            owner=owner,
            verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
            near=near,
            route=route,
        )
        return
    yield BackendService(
        wanted=name.value,
        anchor=name.anchor,
        owner=owner,
        verdict=Verdict.FOUND,
        route=route,
        service=services[0],
    )
    number = integer(backend.port)
    ports = [p for s in services if number is not None and (p := s.port(number)) is not None]
    for port in ports:
        text = f"{owner.meta.kind} `{owner.title}` sends requests to Service `{services[0].title}`"
        yield Edge(route, port, name.anchor, text, share)
    if not ports:
        yield _no_port(route, owner, backend, services[0])


def _no_port(route: Route, owner: GatewayRoute, backend: BackendRef, service: Service) -> BackendPort:
    """The port of a backend is one of the Service's, and has to be written (G5)."""
    port = backend.port
    target = next(
        (
            p
            for p in service.ports
            if port is not None and p.target is not None and p.target.value == port.value
        ),
        None,
    )
    open_ended = (
        service.type == "ExternalName" or not service.ports or service.meta.patched or owner.meta.patched
    )
    if port is not None and is_placeholder(port.value):
        open_ended = True
    return BackendPort(
        wanted=port.value if port is not None else "",
        anchor=port.anchor if port is not None else backend.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if open_ended else Verdict.CONFLICT,
        near=other_ports(service, target),
        route=route,
        service=service,
        port=target,
    )


_KNOWN_KINDS = frozenset(
    {
        ("multicluster.x-k8s.io", "ServiceImport"),
        ("networking.istio.io", "Hostname"),
        ("gateway.envoyproxy.io", "Backend"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
    }
)
_CORE_GROUPS = frozenset({"", "apps", "batch", "core", "v1", "networking.k8s.io", "extensions"})


def _kind(route: Route, owner: GatewayRoute, backend: BackendRef) -> BackendKind:
    """Groups of implementations bring kinds of their own; of Kubernetes' own groups only Service is one."""
    unsupported = backend.group in _CORE_GROUPS and (backend.group, backend.kind) not in _KNOWN_KINDS
    return BackendKind(
        wanted=f"{backend.group}/{backend.kind}" if backend.group else backend.kind,
        anchor=backend.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT if unsupported else Verdict.UNKNOWN,
        route=route,
        backend=backend,
    )


def _grant(
    index: Index,
    grants: dict[str, list[Grant]],
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    services: list[Service],
) -> BackendGrant:
    """A grant lives in the backend's namespace and names the route's kind and namespace (G8)."""
    there = [*grants.get(backend.namespace, ()), *grants.get("", ())]
    if any(_permits(g, owner, backend) for g in there):
        verdict = Verdict.FOUND
    elif not services and backend.namespace not in index.namespaces:
        verdict = Verdict.EXTERNAL
    elif owner.meta.patched or (not services and not there):
        verdict = Verdict.UNKNOWN
    else:
        verdict = Verdict.CONFLICT
    near = tuple(
        Candidate(
            g.meta.anchor, f"ReferenceGrant `{g.meta.title}` does not fit: {_misfit(g, owner, backend)}", ""
        )
        for g in nearest(there, owner.meta.folder)[:1]
    ) or tuple(Candidate(s.anchor, f"Service `{s.title}` is in another namespace", "") for s in services[:1])
    return BackendGrant(
        wanted=f"{backend.namespace}/{backend.name}",
        anchor=(backend.namespace_written or backend.name).anchor,
        owner=owner,
        verdict=verdict,
        near=near,
        route=route,
        backend=backend,
        service=services[0] if services else None,
    )


def _permits(grant: Grant, owner: GatewayRoute, backend: BackendRef) -> bool:
    origin = (GROUP, owner.meta.kind, owner.meta.namespace)
    return origin in grant.origins and any(
        (group, kind) == ("", "Service") and name in ("", backend.name.value)
        for group, kind, name in grant.targets
    )


def _misfit(grant: Grant, owner: GatewayRoute, backend: BackendRef) -> str:
    kind, namespace = owner.meta.kind, owner.meta.namespace
    if (GROUP, kind, namespace) in grant.origins:
        return f"its `to` does not name Service `{backend.name}`"
    if any(n == namespace for _, _, n in grant.origins):
        return f"its `from` is not kind {kind} of group {GROUP}"
    return f"its `from` does not name namespace `{namespace}`"


def _parent(
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
        verdict = Verdict.UNKNOWN if unknown else Verdict.CONFLICT
    if refusal is Refusal.NO_PARENT:
        written = parent.section or parent.port
        assert written is not None
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


def _class(gateway: KubernetesGateway, classes: set[str]) -> ClassOfGateway:
    """Controllers bring their own classes: only a scope that has some can miss one (G1)."""
    name = gateway.class_name
    assert name is not None
    similar = near_names(name.value, classes)
    known = name.value in classes
    return ClassOfGateway(
        wanted=name.value,
        anchor=name.anchor,
        owner=gateway,
        verdict=Verdict.FOUND if known else Verdict.NEAR_MISS if similar or classes else Verdict.UNKNOWN,
        near=tuple(Candidate(name.anchor, "", s) for s in similar[:1]),
        gateway=gateway,
    )
