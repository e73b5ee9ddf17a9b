"""Gateway API: the backends of a rule, with the grants that cross namespaces need (G5 to G8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.facets.backend import Names, found, missing, no_port
from upstreamlint.facets.dial import Caller, Dial, Protocol, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.judgement import Judgement
from upstreamlint.facets.trust import judge_trust
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.backend_objects import backend_object
from upstreamlint.graph.gateway_api.grants import Grants, grant_of
from upstreamlint.graph.gateway_api.policies import policy_of, sends_header
from upstreamlint.graph.gateway_api.references import (
    BackendExport,
    BackendKind,
    BackendTarget,
    MirrorBackend,
)
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import (
    Absence,
    absent_service,
    missing_service,
    spaced_apart,
)
from upstreamlint.graph.kubernetes.visibility import EXPORT, visible
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import BackendRef, GatewayRoute
from upstreamlint.model.kubernetes import Service, ServicePort
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.values import frozen, replace

Link = Route | Edge | Reference


@frozen
class Surroundings:
    """What a route's backends are looked up in; `spaces` are the namespaces of its gateways that istiod deploys.

    `plain` says that its gateways speak TLS to nobody but those whom a BackendTLSPolicy names, `stated` that they speak
    HTTP/1.1 to every port whose `appProtocol` says nothing else.
    """

    index: Index
    grants: Grants
    spaces: tuple[str, ...] = ()
    plain: bool = False
    stated: bool = False


def backend_links(
    known: Surroundings,
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    *,
    share: float,
    sent: Sequence[Scalar] = (),
) -> Iterator[Link]:
    """What a backend names, and the hop to the Service's port; to the backend itself when it is broken.

    `sent` are the Hosts that requests bring there, none where they are not all known.
    """
    port = f":{backend.port}" if backend.port is not None else ""
    target = BackendTarget(f"{route.id}>{backend.namespace}/{backend.name}{port}", backend.anchor)
    broken = False
    for link in _links(known, route, owner, backend, target, share, sent):
        broken |= isinstance(link, Reference) and link.broken
        yield link
    if broken and share:
        text = f"{owner.meta.kind} `{owner.title}` sends requests to `{backend.namespace}/{backend.name}`"
        yield Edge(route, target, backend.name.anchor, text, share)


def mirror_links(
    index: Index, route: Route, owner: GatewayRoute, backend: BackendRef
) -> Iterator[MirrorBackend]:
    """The Service that gets copies of a rule's requests, and its port."""
    if (backend.group, backend.kind) != ("", "Service"):
        return
    name, folder = backend.name, owner.meta.folder
    services = index.services(name.value, backend.namespace, folder, owner.meta.anchor.source)
    if not services:
        verdict, near = missing_service(index, name.value, backend.namespace, folder)
        anchor, wanted, service = name.anchor, name.value, None
    else:
        service, number = services[0], integer(backend.port)
        if number is None or any(s.port(number) is not None for s in services):
            return
        names = Names(owner=owner, dial=_dial(route, owner, backend, route, 0.0), vague=owner.meta.patched)
        lost = _no_port(names, backend, service)
        verdict, near, anchor, wanted = lost.verdict, lost.near, lost.anchor, lost.wanted
    yield MirrorBackend(
        wanted=wanted,
        anchor=anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near,
        route=route,
        namespace=backend.namespace,
        service=service,
    )


def _links(
    known: Surroundings,
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    target: BackendTarget,
    share: float,
    sent: Sequence[Scalar],
) -> Iterator[Link]:
    if (backend.group, backend.kind) != ("", "Service"):
        yield _kind(route, owner, backend, target)
        yield from backend_object(known.index, route, owner, backend, target)
        yield from _through(known.index, route, owner, backend, share)
        return
    index, name, folder = known.index, backend.name, owner.meta.folder
    services = index.services(name.value, backend.namespace, folder, owner.meta.anchor.source)
    if not same_namespace(backend.namespace, owner.meta.namespace):
        grant = grant_of(known.index, known.grants, route, owner, backend, target=target, services=services)
        yield grant
        if grant.broken:
            return
    names = Names(owner=owner, dial=_dial(route, owner, backend, target, share), vague=owner.meta.patched)
    absence = spaced_apart(index, services, owner.meta, backend.namespace)
    if absence is not None or not services:
        absence = absence or absent_service(index, name.value, backend.namespace, folder)
        yield missing(names, absence, _remedy(absence))
        return
    yield found(names, tuple(services[:1]))
    hidden = [space for space in known.spaces if not any(visible(s, space) for s in services)]
    if hidden:
        yield _hidden(route, owner, backend, target, services[0], hidden[0])
        return
    number = integer(backend.port)
    ports = [p for s in services for p in s.ports if p.number == number and _carries(owner, p)]
    for port in ports if share else ():
        text = f"{owner.meta.kind} `{owner.title}` sends requests to Service `{services[0].title}`"
        yield Edge(route, port, name.anchor, text, share)
        secure = _secured(known, services[0], port)
        dial = replace(
            names.dial,
            tls=secure,
            protocol=_spoken(known, owner, port),
            proxy_header=sends_header(index, owner, services[0]),
            hosts=tuple(host.value for host in sent),
            hosts_anchor=sent[0].anchor if sent else None,
        )
        yield from judge_ends(
            index,
            dial,
            port,
            port.number,
            stated=known.plain and owner.meta.kind == "HTTPRoute",
            secured=secure is not None or known.plain,
            connects=False,
        )
        yield from judge_trust(index, dial)
    if not ports:
        unsure = index.service_is_ambiguous(
            name.value, backend.namespace, folder, lambda s: number is None or s.port(number)
        )
        lost = _no_port(replace(names, vague=names.vague or unsure), backend, services[0])
        apart = index.service_is_ambiguous(name.value, backend.namespace, folder, lambda _: True)
        yield replace(lost, assumption=lost.assumption or _APART) if apart else lost


def _through(
    index: Index, route: Route, owner: GatewayRoute, backend: BackendRef, share: float
) -> Iterator[Link]:
    """What an object that is a backend leads to itself."""
    from upstreamlint.programs.managed.link import ends_of, held

    found = held(index, backend, owner.meta.folder) if share else None
    if found is not None:
        yield from ends_of(index, found, route, share)


_APART = "one of the Services of this name that stand in other folders is meant"


def _secured(known: Surroundings, service: Service, port: ServicePort) -> Tls | None:
    """TLS to a port of a Service, which a BackendTLSPolicy asks for."""
    name = port.name.value if port.name is not None else ""
    policy = policy_of(known.index, "BackendTLSPolicy", service, name, port.number)
    if policy is None:
        return None
    return Tls(sni=policy.hostname, verifies=True, public=policy.system)


def _hidden(
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    target: BackendTarget,
    service: Service,
    space: str,
) -> BackendExport:
    """Istiod's gateways know no cluster for a Service that is not exported to their namespace."""
    annotations = service.meta.annotations
    entry = annotations.entries.get(EXPORT) if annotations is not None else None
    return BackendExport(
        wanted=service.title,
        anchor=entry.anchor if entry is not None else service.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if service.meta.patched or owner.meta.patched else Verdict.CONFLICT,
        route=route,
        target=target,
        backend=backend,
        service=service,
        client=space,
    )


def _carries(owner: GatewayRoute, port: ServicePort) -> bool:
    """Whether requests of a route can go to a port: none but those of UDPRoutes are datagrams."""
    return port.protocol != "UDP" or owner.meta.kind == "UDPRoute"


_PROTOCOLS = {"HTTPRoute": Protocol.HTTP, "GRPCRoute": Protocol.GRPC}
_HTTP2 = frozenset({"kubernetes.io/h2c", "h2c", "http2", "grpc"})


def _spoken(known: Surroundings, owner: GatewayRoute, port: ServicePort) -> Protocol:
    """What is spoken to a port; requests of HTTPRoutes are HTTP/1.1 only where all of their gateways see to that."""
    by_kind = _PROTOCOLS.get(owner.meta.kind, Protocol.UNKNOWN)
    if by_kind is not Protocol.HTTP:
        return by_kind
    if port.app_protocol is not None and port.app_protocol.value.lower() in _HTTP2:
        return Protocol.HTTP2
    return Protocol.HTTP1 if known.stated else Protocol.HTTP


def _dial(route: Route, owner: GatewayRoute, backend: BackendRef, target: Node, share: float) -> Dial:
    return Dial(
        caller=Caller(program=owner.meta.kind),
        owner=target,
        route=route,
        host=backend.name.value,
        host_anchor=backend.name.anchor,
        port=integer(backend.port),
        port_anchor=(backend.port or backend.name).anchor,
        share=1.0 if share else 0.0,
        protocol=_PROTOCOLS.get(owner.meta.kind, Protocol.UNKNOWN),
        unless="" if share else "its weight is 0, so no request goes there",
        on_behalf=f"{owner.meta.kind} `{owner.title}`",
        namespace=backend.namespace,
        with_tls=" (a BackendTLSPolicy for the Service)",
    )


def _remedy(absence: Absence) -> str:
    """A backend in another namespace is named by a field of its own."""
    there = absence.near[0].instead.partition(".")[2].partition(".")[0] if absence.near else ""
    return f"add `namespace: {there}`, and a ReferenceGrant there" if there else ""


def _no_port(names: Names, backend: BackendRef, service: Service) -> Judgement:
    """The port of a backend is one of the Service's, and has to be written (G5)."""
    written = backend.port.value if backend.port is not None else ""
    meant = next((p for p in service.ports if p.target is not None and p.target.value == written), None)
    vague = names.vague or (bool(written) and is_placeholder(written))
    lost = no_port(replace(names, vague=vague), service, written, meant)
    number = integer(backend.port)
    datagrams = service.port(number) if number is not None else None
    if datagrams is None:
        return lost
    return replace(lost, near=(Candidate(datagrams.anchor, "this port is for UDP", ""),))


_KNOWN_KINDS = frozenset(
    {
        ("multicluster.x-k8s.io", "ServiceImport"),
        ("networking.istio.io", "Hostname"),
        ("gateway.envoyproxy.io", "Backend"),
        ("gateway.networking.k8s.io", "HTTPRoute"),
    }
)
_CORE_GROUPS = frozenset({"", "apps", "batch", "core", "v1", "networking.k8s.io", "extensions"})


def _kind(route: Route, owner: GatewayRoute, backend: BackendRef, target: BackendTarget) -> BackendKind:
    """Groups of implementations bring kinds of their own; of Kubernetes' own groups only Service is one."""
    unsupported = backend.group in _CORE_GROUPS and (backend.group, backend.kind) not in _KNOWN_KINDS
    return BackendKind(
        wanted=f"{backend.group}/{backend.kind}" if backend.group else backend.kind,
        anchor=backend.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT if unsupported else Verdict.UNKNOWN,
        route=route,
        target=target,
        backend=backend,
    )
