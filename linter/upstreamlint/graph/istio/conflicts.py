"""Objects that claim the same thing for the same proxies, so that one of them loses; and routes never reached."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, near_names
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references import DelegateName, ShadowedRoute, SharedHost
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import IstioGateway, ServiceEntry, VirtualRoute, VirtualService

_TLS = frozenset({"HTTPS", "TLS"})


def link(mesh: Mesh) -> Iterator[Reference]:
    """Conflicts between objects of one kind, and within a VirtualService."""
    yield from _gateways(mesh)
    yield from _virtual_services(mesh)
    yield from _entries(mesh)
    for owner in mesh.index.of(VirtualService):
        yield from _shadowed(owner)
        for number, written in enumerate(owner.routes):
            if written.delegate is not None:
                yield from _delegate(mesh, owner, written, number)


def _gateways(mesh: Mesh) -> Iterator[SharedHost]:
    """Two Gateways that give the same pods the same TLS port and host: one server is left out.

    Servers of plain HTTP are merged, so they may share hosts.
    """
    claims: dict[tuple[str, str, str, str], tuple[IstioGateway, Scalar]] = {}
    for gateway in mesh.index.of(IstioGateway):
        if gateway.selector is None:
            continue
        labels = ",".join(sorted(f"{k}={v}" for k, v in gateway.selector.values.items()))
        for server in gateway.servers:
            if server.protocol not in _TLS:
                continue
            for host in server.hosts:
                port = server.port.value if server.port else ""
                key = (labels, port, host.value.removeprefix("*/"), gateway.meta.folder)
                other = claims.setdefault(key, (gateway, host))
                if other[0].id == gateway.id or _own_namespace(host):
                    continue
                yield SharedHost(
                    wanted=host.value,
                    anchor=host.anchor,
                    owner=gateway,
                    verdict=Verdict.CONFLICT,
                    near=(Candidate(other[1].anchor, f"Gateway `{other[0].title}` has it too", ""),),
                    other=other[0],
                    why=port,
                    assumption=_both(gateway.anchor.source is other[0].anchor.source),
                )


def _own_namespace(host: Scalar) -> bool:
    return "/" in host.value and not host.value.startswith("*/")


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
    if own.upper() != its.upper():
        return f"protocol {own} here, {its} there"
    if one.resolution != other.resolution:
        return f"resolution {one.resolution} here, {other.resolution} there"
    return ""


def _shadowed(owner: VirtualService) -> Iterator[ShadowedRoute]:
    """Routes after one that takes everything."""
    earlier: dict[tuple[str, tuple[str, ...]], VirtualRoute] = {}
    for route in owner.routes:
        gateways = tuple(s.value for s in route.gateways)
        taken = earlier.get((route.protocol, ())) or earlier.get((route.protocol, gateways))
        if taken is not None:
            yield ShadowedRoute(
                wanted=route.name.value if route.name else " ".join(route.paths),
                anchor=route.anchor,
                owner=owner,
                verdict=Verdict.CONFLICT,
                virtual_service=owner,
                earlier=taken,
            )
        elif route.matches_all and route.protocol == "http":
            earlier[route.protocol, gateways] = route


def _delegate(
    mesh: Mesh, owner: VirtualService, written: VirtualRoute, number: int
) -> Iterator[DelegateName]:
    """The VirtualService that a route hands over to; without it the route is left out."""
    delegate = written.delegate
    if delegate is None:
        return
    space = delegate.namespace.value if delegate.namespace else owner.meta.namespace
    name, folder = delegate.name.value, owner.meta.folder
    if mesh.virtual_service(space, name):
        return
    near: tuple[Candidate, ...] = ()
    assumption = ""
    for other in mesh.virtual_services_named(name):
        text = f"VirtualService `{name}` is in namespace `{other.meta.namespace}`"
        near = (Candidate(other.anchor, text, f"namespace: {other.meta.namespace}"),)
    for similar in near_names(name, mesh.virtual_service_names(space)):
        other = mesh.virtual_service(space, similar)[0]
        near = (Candidate(other.anchor, f"VirtualService `{other.title}` has a similar name", similar),)
        break
    own = space == owner.meta.namespace
    also = (f"{space}/{name}", f"{space}/*")
    verdict = mesh.absent(name, folder, near=bool(near), own=own, also=also)
    if verdict is Verdict.EXTERNAL and own and mesh.index.service_names(space):
        verdict, assumption = Verdict.CONFLICT, f"nothing else deploys to namespace `{space}`"
    yield DelegateName(
        wanted=name,
        anchor=delegate.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near,
        route=Route(
            "VirtualService",
            owner,
            ", ".join(h.value for h in owner.hosts) or "*",
            " ".join(written.paths),
            written.anchor,
            f"{written.protocol}[{number}]",
        ),
        virtual_service=owner,
        delegate=delegate,
        assumption=assumption,
    )
