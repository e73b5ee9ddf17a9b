"""Objects that claim the same thing for the same proxies, so that one of them loses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.gateways import streams
from upstreamlint.graph.istio.gateways.names import takes
from upstreamlint.graph.istio.names import MESH, gateway_name
from upstreamlint.graph.istio.references.gateways import SharedHost
from upstreamlint.graph.istio.routes.wire import taken
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import GatewayServer, IstioGateway, ServiceEntry, VirtualRoute, VirtualService
from upstreamlint.typed import TypeAlias

_TLS = frozenset({"HTTPS", "TLS"})


def link(mesh: Mesh) -> Iterator[Reference]:
    """Conflicts between objects of one kind."""
    yield from _gateways(mesh)
    yield from _virtual_services(mesh)
    yield from _at_gateways(mesh)
    yield from streams.link(mesh)
    yield from _entries(mesh)


def _gateways(mesh: Mesh) -> Iterator[SharedHost]:
    """Two Gateways that give the same pods one port with TLS for one host, or with two protocols.

    The server of one of them is left out. Servers of plain HTTP are merged, so they may share hosts.
    """
    protocols: dict[tuple[object, str, str], _Claim] = {}
    hosts: dict[tuple[object, str, str, str], _Claim] = {}
    for gateway in mesh.index.of(IstioGateway):
        if gateway.selector is None:
            continue
        labels = ",".join(sorted(f"{k}={v}" for k, v in gateway.selector.values.items()))
        pods: list[object] = [id(w) for w in mesh.gateways.pods(gateway)] or [labels]
        for server in gateway.servers:
            port = server.port
            if port is None or is_placeholder(port.value):
                continue
            claims = [
                (protocols.setdefault((pod, port.value, gateway.meta.folder), (gateway, server, port)), port)
                for pod in pods
            ]
            if server.protocol in _TLS:
                claims += [
                    (
                        hosts.setdefault(
                            (pod, port.value, host.value.rpartition("/")[2], gateway.meta.folder),
                            (gateway, server, host),
                        ),
                        host,
                    )
                    for pod in pods
                    for host in server.hosts
                ]
            yield from _losing(mesh, gateway, server, port, claims)


_Claim: TypeAlias = tuple[IstioGateway, GatewayServer, Scalar]


def _losing(
    mesh: Mesh,
    gateway: IstioGateway,
    server: GatewayServer,
    port: Scalar,
    claims: list[tuple[_Claim, Scalar]],
) -> Iterator[SharedHost]:
    """The first claim of another Gateway that a server cannot stand beside."""
    for (other, its, place), own in claims:
        family = _family(server.protocol)
        protocols = family != _family(its.protocol) or family not in ("HTTP", "TLS")
        if other.id == gateway.id or (own is port and not protocols):
            continue
        why = (
            f"port {port}"
            if own is not port
            else f"port {port} as {server.protocol} here, {its.protocol} there"
        )
        yield SharedHost(
            wanted=own.value.rpartition("/")[2],
            anchor=own.anchor,
            owner=gateway,
            verdict=Verdict.CONFLICT,
            near=(Candidate(place.anchor, f"Gateway `{other.title}` has it too", ""),),
            other=other,
            why=why,
            assumption="" if _apart(gateway, other) else _both(gateway.anchor.source is other.anchor.source),
            hits=tuple(_lost(mesh, gateway, server)),
        )
        return


def _lost(mesh: Mesh, gateway: IstioGateway, server: GatewayServer) -> Iterator[Affected]:
    """The routes that go by one server alone: they are lost if it is the one that is left out, which files do not tell."""
    for owner in mesh.index.of(VirtualService):
        names = [n for n in names_of(owner) if n != MESH]
        found = [g for n in names for g in mesh.gateways.find(n, owner.meta.namespace, owner.meta.folder)]
        if [g.id for g in found] != [gateway.id] or MESH in names_of(owner):
            continue
        for host in owner.hosts:
            serving = [s for s in gateway.servers if takes(gateway, s, host.value, owner)]
            if serving == [server]:
                yield from (hit._replace(share=None) for hit in taken(owner, names, host.value))


def _apart(one: IstioGateway, other: IstioGateway) -> bool:
    """Whether two Gateways say that they are in two namespaces: alternatives to each other are in one."""
    spaces = {one.meta.namespace, other.meta.namespace}
    return len(spaces) > 1 and "" not in spaces


def _family(protocol: str) -> str:
    """What servers of one port may be together: all kinds of HTTP, all kinds of TLS; other ones never."""
    if protocol in _TLS:
        return "TLS"
    return "HTTP" if protocol.upper().startswith(("HTTP", "GRPC")) else protocol


def _virtual_services(mesh: Mesh) -> Iterator[SharedHost]:
    """Two VirtualServices of the mesh for one host: the older one is used, the other is ignored."""
    for host, owners in mesh.virtual_hosts.items():
        if len(owners) == 1:
            continue
        first: dict[tuple[str, ...], VirtualService] = {}
        for owner in owners:
            if MESH not in names_of(owner):
                continue
            scope = tuple(sorted(s.value for s in owner.export_to)) or ("*",)
            if "." in scope:
                scope = (owner.meta.namespace,)
            other = first.setdefault((*scope, owner.meta.folder), owner)
            if other.id == owner.id:
                continue
            written = _host(mesh, owner, host)
            yield SharedHost(
                wanted=written.value,
                anchor=written.anchor,
                owner=owner,
                verdict=Verdict.UNKNOWN if owner.meta.patched or other.meta.patched else Verdict.CONFLICT,
                near=(
                    Candidate(
                        _host(mesh, other, host).anchor, f"VirtualService `{other.title}` has it too", ""
                    ),
                ),
                other=other,
                assumption=_both(owner.anchor.source is other.anchor.source),
            )


def _at_gateways(mesh: Mesh) -> Iterator[SharedHost]:
    """Two VirtualServices that send all requests of one host of a gateway to different places.

    A gateway appends the routes of the younger one, and moves those that take all requests to the end
    (istio: `pilot/pkg/networking/core/gateway.go`, `SortVHostRoutes`): of these, the younger one is never asked.
    """
    first: dict[tuple[object, ...], tuple[VirtualService, VirtualRoute, Scalar]] = {}
    for owner in mesh.index.of(VirtualService):
        route = next((r for r in owner.routes if r.protocol == "http" and r.matches_all), None)
        if route is None or not owner.hosts:
            continue
        for gateway, host in product(names_of(owner, route), owner.hosts):
            if gateway == MESH or (host.value != "*" and is_placeholder(host.value)):
                continue
            bound = (gateway_name(gateway, owner.meta.namespace), host.value.lower(), owner.meta.folder)
            other, its, place = first.setdefault(bound, (owner, route, host))
            if other.id == owner.id or _ends(other, its) == _ends(owner, route):
                continue
            yield SharedHost(
                wanted=host.value,
                anchor=host.anchor,
                owner=owner,
                verdict=Verdict.UNKNOWN if owner.meta.patched or other.meta.patched else Verdict.CONFLICT,
                near=(Candidate(place.anchor, f"VirtualService `{other.title}` has it too", ""),),
                other=other,
                why=gateway,
                assumption=_both(owner.anchor.source is other.anchor.source),
            )


def _ends(owner: VirtualService, route: VirtualRoute) -> object:
    """Where a route ends, to compare with another one."""
    if not route.destinations:
        return route.anchor
    return {
        (d.host.value, owner.meta.namespace, *(s.value if s else "" for s in (d.port, d.subset)))
        for d in route.destinations
    }


def _both(same_file: bool) -> str:
    """What a conflict between two files rests on: they may be alternatives."""
    return "" if same_file else "both files are deployed"


def _host(mesh: Mesh, owner: VirtualService, expanded: str) -> Scalar:
    return next(h for h in owner.hosts if mesh.expand(h.value, owner.meta.namespace).text == expanded)


def _entries(mesh: Mesh) -> Iterator[SharedHost]:
    """Two ServiceEntries for one host and port that disagree on how to reach it."""
    first: dict[tuple[str, str, int, str], tuple[ServiceEntry, str, Scalar]] = {}
    for entry in mesh.index.of(ServiceEntry):
        scope = ",".join(sorted(s.value for s in entry.export_to)) or "*"
        scope = entry.meta.namespace if scope == "." else scope
        for host in entry.hosts:
            for port in entry.ports:
                key = (scope, host.value, port.number, entry.meta.folder)
                other, protocol, place = first.setdefault(key, (entry, port.protocol, host))
                differing = _difference(entry, port.protocol, other, protocol)
                if other.id == entry.id or not differing:
                    continue
                yield SharedHost(
                    wanted=host.value,
                    anchor=host.anchor,
                    owner=entry,
                    verdict=Verdict.CONFLICT,
                    near=(Candidate(place.anchor, f"ServiceEntry `{other.title}` has it too", ""),),
                    other=other,
                    why=differing,
                    assumption=_both(entry.anchor.source is other.anchor.source),
                )


def _difference(one: ServiceEntry, own: str, other: ServiceEntry, its: str) -> str:
    if own and its and own.upper() != its.upper():
        return f"protocol {own} here, {its} there"
    if one.resolution != other.resolution:
        return f"resolution {one.resolution} here, {other.resolution} there"
    return ""
