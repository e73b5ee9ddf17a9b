"""Protocols on the way: what a route's kind, a gateway's server and a destination's port take each other for."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.names import MESH, overlap
from upstreamlint.graph.istio.references.destinations import RouteProtocol
from upstreamlint.graph.istio.references.gateways import RouteKind
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.registry.hosts import NOT_HTTP, TLS, written_protocol
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import GatewayServer, IstioGateway, VirtualService
from upstreamlint.model.kubernetes import ServicePort
from upstreamlint.model.kubernetes.meta import integer


def link(mesh: Mesh) -> Iterator[RouteKind]:
    """The VirtualServices whose routes are of no kind that their gateways use."""
    for owner in mesh.index.of(VirtualService):
        yield from unused_kinds(mesh, owner)


def unused_kinds(mesh: Mesh, owner: VirtualService) -> Iterator[RouteKind]:
    """The routes of a VirtualService, when its gateways use none of their kind."""
    kinds = {r.protocol for r in owner.routes}
    names = [n for n in names_of(owner) if n != MESH]
    if not kinds or not owner.hosts or len(names) < len(names_of(owner)) or owner.meta.patched:
        return
    servers = [
        (gateway, server)
        for name in names
        for gateway in mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder)
        for server in gateway.servers
        if _shares_host(server, owner)
    ]
    used = {_kind(server) for _, server in servers}
    if servers and "" not in used and not used & kinds:
        yield _unused(owner, *servers[0])


def _unused(owner: VirtualService, gateway: IstioGateway, server: GatewayServer) -> RouteKind:
    route = owner.routes[0]
    return RouteKind(
        wanted=route.protocol,
        anchor=route.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if gateway.meta.patched else Verdict.CONFLICT,
        virtual_service=owner,
        server=server,
        gateway=gateway,
        used=_kind(server),
    )


def _shares_host(server: GatewayServer, owner: VirtualService) -> bool:
    return any(overlap(w.value.rpartition("/")[2], h.value) for w in server.hosts for h in owner.hosts)


def _kind(server: GatewayServer) -> str:
    """The kind of routes that a server uses; nothing when it needs none, or that is not known.

    What speaks HTTP in plain text takes no TLS, whatever mode stands there (`buildGatewayTCPBasedFilterChains`).
    """
    protocol, mode = server.protocol.upper(), server.tls_mode.value if server.tls_mode is not None else ""
    if protocol.startswith(("HTTP", "GRPC")) and not (protocol == "HTTPS" and mode == "PASSTHROUGH"):
        return "http"
    if mode == "PASSTHROUGH":
        return "tls"
    if mode == "AUTO_PASSTHROUGH" or protocol not in ("TLS", "TCP", "MONGO", "MYSQL", "REDIS"):
        return ""
    return "tcp"


def route_protocol(mesh: Mesh, wire: Wire, clients: tuple[Client, ...]) -> Iterator[RouteProtocol]:
    """A route of HTTP to a port of another protocol.

    To a port with TLS it sends plain text, unless a DestinationRule opens TLS. For a port that is not HTTP,
    sidecars build no HTTP route at all.
    """
    if wire.written.protocol != "http" or wire.found.patched or wire.mirror:
        return
    if any(kind.broken for kind in unused_kinds(mesh, wire.owner)):
        return
    number = integer(wire.destination.port)
    for port in (p for s in wire.found.services for p in s.ports):
        alone = len(wire.found.ports) == 1
        if port.number != number and not (number is None and alone):
            continue
        protocol = written_protocol(port)
        opened = _opens_tls(mesh, wire, clients, port.number) or _of_gateway(mesh, wire, port.number)
        if protocol in TLS and not opened:
            yield _mismatch(wire, protocol, is_tls=True)
        elif protocol in NOT_HTTP and all(not c.is_gateway for c in clients):
            yield _mismatch(wire, protocol, is_tls=False)
    for entry in wire.found.entries:
        for own in entry.ports:
            protocol = own.protocol.lower()
            if own.number == number and protocol in TLS and not _opens_tls(mesh, wire, clients, own.number):
                yield _mismatch(wire, protocol, is_tls=True)


def speaks_plain(mesh: Mesh, wire: Wire, clients: tuple[Client, ...], port: ServicePort) -> bool:
    """Whether what a route of HTTP sends comes to the process behind a port in plain text.

    A sidecar there takes the TLS of the mesh off. What is named for TLS is judged by its name (`route_protocol`).
    """
    if wire.found.patched or written_protocol(port) in TLS or _opens_tls(mesh, wire, clients, port.number):
        return False
    return not any(kind.broken for kind in unused_kinds(mesh, wire.owner))


def _opens_tls(mesh: Mesh, wire: Wire, clients: tuple[Client, ...], port: int) -> bool:
    """Whether any rule in force opens TLS to a port, for the host or for the subset."""
    return (
        "SIMPLE" in (modes := _modes(mesh, wire, port))
        or "MUTUAL" in modes
        or (not clients and wire.alias is not None)
    )


def _of_gateway(mesh: Mesh, wire: Wire, port: int) -> bool:
    """Whether what has the port may be a gateway that ends the mutual TLS of the mesh there, as one for egress does."""
    workloads = [w for s in wire.found.services for w in mesh.index.selected(s)]
    return "ISTIO_MUTUAL" in _modes(mesh, wire, port) and all(map(is_gateway, workloads))


def _modes(mesh: Mesh, wire: Wire, port: int) -> set[str]:
    """The modes of TLS that rules have for a port of the host, or of one of its subsets."""
    rules = [rule for level in mesh.rules.covering(wire.host) for rule in level]
    policies = [p for rule in rules for p in (rule.policy, *(s.policy for s in rule.subsets))]
    found = (p.tls_at(port) for p in policies if p is not None)
    return {mode.value for mode in found if mode is not None}


def _mismatch(wire: Wire, protocol: str, *, is_tls: bool) -> RouteProtocol:
    place = wire.destination.port or wire.destination.host
    return RouteProtocol(
        wanted=place.value,
        anchor=place.anchor,
        owner=wire.owner,
        verdict=Verdict.UNKNOWN if wire.owner.meta.patched else Verdict.CONFLICT,
        host=wire.host.shown,
        protocol=protocol,
        is_tls=is_tls,
        **wire.fields,
    )
