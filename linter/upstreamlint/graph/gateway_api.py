"""Gateway API: routes to listeners and to backends, with the grants that cross namespaces need (G3 to G8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder, near_names
from upstreamlint.graph.gateway_parents import attach
from upstreamlint.graph.gateway_references import (
    BackendGrant,
    BackendKind,
    ClassOfGateway,
)
from upstreamlint.graph.index import Index, grouped, nearest, same_namespace
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import BackendPort, BackendService, Candidate, Reference
from upstreamlint.graph.service_names import missing_service, other_ports
from upstreamlint.model.gateway_api import (
    GROUP,
    BackendRef,
    GatewayClass,
    GatewayRoute,
    Grant,
    KubernetesGateway,
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
                reference = attach(index, gateways, route, parent)
                yield reference
                if not hosts:
                    hosts = [x.hostname.value for x in reference.listeners if x.hostname is not None]
        for number, rule in enumerate(route.rules):
            yield from _rule(index, grants, route, rule, number, hosts=", ".join(hosts) or "*")
    classes = {c.meta.name.value for c in index.of(GatewayClass)}
    for gateway in index.of(KubernetesGateway):
        if gateway.class_name is not None:
            yield _class(index, gateway, gateway.class_name, classes)


def _rule(
    index: Index,
    grants: dict[str, list[Grant]],
    owner: GatewayRoute,
    rule: RouteRule,
    number: int,
    *,
    hosts: str,
) -> Iterator[Link]:
    route = Route(
        owner.meta.kind, owner, hosts, ", ".join(dict.fromkeys(rule.paths)), rule.anchor, f"{number}"
    )
    yield route
    total = sum(b.weight for b in rule.backends)
    for backend in rule.backends:
        share = backend.weight / total if total else 0.0
        yield from _backend(index, grants, route, owner, backend, share=share)


def _backend(
    index: Index,
    grants: dict[str, list[Grant]],
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    *,
    share: float,
) -> Iterator[Link]:
    if (backend.group, backend.kind) != ("", "Service"):
        yield _kind(route, owner, backend)
        return
    name, folder = backend.name, owner.meta.folder
    services = index.services(name.value, backend.namespace, folder)
    if not same_namespace(backend.namespace, owner.meta.namespace):
        grant = _grant(index, grants, route, owner, backend, services=services)
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
            namespace=backend.namespace,
            share=share,
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
        missing = _no_port(route, owner, backend, services[0], share)
        unsure = index.service_is_ambiguous(name.value, backend.namespace, folder)
        yield replace(missing, verdict=Verdict.UNKNOWN) if unsure else missing


def _no_port(
    route: Route, owner: GatewayRoute, backend: BackendRef, service: Service, share: float
) -> BackendPort:
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
        share=share,
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
    *,
    services: list[Service],
) -> BackendGrant:
    """A grant lives in the backend's namespace and names the route's kind and namespace (G8)."""
    there = [*grants.get(backend.namespace, ()), *grants.get("", ())]
    if any(_permits(g, owner, backend) for g in there):
        verdict = Verdict.FOUND
    elif not services and backend.namespace not in index.namespaces and not index.ladder.complete:
        verdict = Verdict.EXTERNAL
    elif owner.meta.patched or (not services and not there and not index.ladder.complete):
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
        route_owner=owner,
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


def _class(index: Index, gateway: KubernetesGateway, name: Scalar, classes: set[str]) -> ClassOfGateway:
    """Controllers bring their own classes: only a scope that has some can miss one (G1)."""
    similar = near_names(name.value, classes)
    verdict = Verdict.FOUND if name.value in classes else Verdict.UNKNOWN
    if verdict is Verdict.UNKNOWN and classes and not gateway.meta.patched:
        absent = index.ladder.absent(name.value, gateway.meta.folder, near=bool(similar))
        verdict = absent if absent.broken else Verdict.UNKNOWN
    return ClassOfGateway(
        wanted=name.value,
        anchor=name.anchor,
        owner=gateway,
        verdict=verdict,
        near=tuple(Candidate(name.anchor, "", s) for s in similar[:1]),
        gateway=gateway,
    )
