"""VirtualServices that take the same connections of a gateway: a port for TCP, or a name that TLS asks for.

Of a port for TCP the first VirtualService takes every connection, whatever its hosts are, and the first of a name is the only
one with it (istio: `buildGatewayNetworkFiltersFromTCPRoutes` and `…FromTLSRoutes` in `pilot/pkg/networking/core/gateway.go`).
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.gateways.names import lets_in
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references.gateways import SharedHost
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import GatewayServer, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.values import NamedTuple


class _Claim(NamedTuple):
    """What a route asks of a server: all of its connections, or those for a name; `place` says so."""

    key: tuple[object, ...]
    wanted: str
    place: Scalar


def link(mesh: Mesh) -> Iterator[SharedHost]:
    """Each VirtualService that another one leaves no connections."""
    first: dict[object, tuple[VirtualService, _Claim]] = {}
    for owner in mesh.index.of(VirtualService):
        lost: set[int] = set()
        for route in owner.routes:
            for name in names_of(owner, route) if route.protocol != "http" and owner.hosts else ():
                for claim in _claims(mesh, owner, route, name):
                    other, its = first.setdefault(claim.key, (owner, claim))
                    if other is owner or id(other) in lost:
                        continue
                    lost.add(id(other))
                    yield _shared(owner, claim, other, its, name)


def _claims(mesh: Mesh, owner: VirtualService, route: VirtualRoute, name: str) -> Iterator[_Claim]:
    if name == MESH:
        return
    for gateway in mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder):
        for number, server in enumerate(gateway.servers):
            if server.port is None or not lets_in(mesh, gateway, server, owner):
                continue
            # Servers that end TLS are told apart by the names of theirs; all others share what comes to a port.
            ends = server.tls_mode is not None and server.tls_mode.value != "PASSTHROUGH"
            at = (gateway.id, gateway.meta.folder, server.port.value, number if ends else -1)
            yield from _of_server(owner, route, server, server.port, at)


def _of_server(
    owner: VirtualService, route: VirtualRoute, server: GatewayServer, port: Scalar, at: tuple[object, ...]
) -> Iterator[_Claim]:
    passes = server.tls_mode is not None and server.tls_mode.value == "PASSTHROUGH"
    opaque = server.protocol.upper() in ("TCP", "MONGO", "MYSQL", "REDIS", "TLS") and not passes
    asked = [integer(m.scalar("port")) for m in route.matches]
    if is_placeholder(port.value) or not (not asked or None in asked or integer(port) in asked):
        return
    if route.protocol == "tcp" and opaque:
        yield _Claim((*at, ""), f"port {port}", owner.hosts[0])
    if route.protocol == "tls" and passes:
        names = (n for m in route.matches for n in m.scalars("sniHosts") if not is_placeholder(n.value))
        yield from (_Claim((*at, n.value.lower()), f"`{n}`", n) for n in names)


def _shared(
    owner: VirtualService, claim: _Claim, other: VirtualService, its: _Claim, gateway: str
) -> SharedHost:
    same = owner.anchor.source is other.anchor.source
    return SharedHost(
        wanted=claim.wanted,
        anchor=claim.place.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched or other.meta.patched else Verdict.CONFLICT,
        near=(Candidate(its.place.anchor, f"VirtualService `{other.title}` takes them too", ""),),
        other=other,
        why=gateway,
        assumption="" if same else "both files are deployed",
        streams=True,
    )
