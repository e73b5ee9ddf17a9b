"""Routes within VirtualServices: those that an earlier one takes everything from, and those that hand over."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references.routes import DelegateName, ShadowedRoute
from upstreamlint.graph.istio.routes.prefixes import taken_by_others
from upstreamlint.graph.istio.routes.unused import Unused, next_taker, unused
from upstreamlint.graph.istio.routes.wire import requests
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import VirtualRoute, VirtualService
from upstreamlint.values import replace


def link(mesh: Mesh) -> Iterator[Reference]:
    """The routes that are never used, and the delegates of the others."""
    idle: dict[VirtualService, dict[int, Unused]] = {}
    for owner in mesh.index.of(VirtualService):
        idle[owner] = unused(mesh, owner)
        for number, reason in idle[owner].items():
            yield _unused(owner, number, reason)
        for number, written in enumerate(owner.routes):
            if written.delegate is not None:
                yield from _delegate(mesh, owner, written, number)
    for owner, number, taker in taken_by_others(idle):
        other, at_once = taker.owner, owner.anchor.source is taker.owner.anchor.source
        yield replace(
            _unused(owner, number, Unused(None)),
            taker=other.routes[taker.number],
            assumption="" if at_once else f"VirtualService `{other.title}` is not the younger one",
        )


def _unused(owner: VirtualService, number: int, reason: Unused) -> ShadowedRoute:
    route, barred = owner.routes[number], reason.barred
    return ShadowedRoute(
        wanted=route.name.value if route.name else " ".join(route.paths),
        anchor=route.anchor,
        owner=owner,
        verdict=Verdict.CONFLICT,
        virtual_service=owner,
        taker=owner.routes[reason.taker] if reason.taker is not None else None,
        never=barred.anchor if barred is not None else None,
        why=barred.why if barred is not None else "",
        by=barred.by if barred is not None else None,
        hits=requests(owner, route) if reason.lost else (),
        assumption=barred.assumption if barred is not None else "",
        streams=route.protocol != "http",
    )


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
    like = near_names(name, mesh.virtual_service_names(space))
    for similar in like[:1]:
        other = mesh.virtual_service(space, similar)[0]
        text = f"VirtualService `{other.title}` has a similar name"
        near = (Candidate(other.anchor, text, similar, certain=sole(name, like)),)
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
        goes_to=_without(owner, number),
        assumption=assumption,
    )


def _without(owner: VirtualService, number: int) -> str:
    """Where the requests of a route that is left out go; nothing when no route takes them.

    A VirtualService that is left without routes configures no sidecar, so its hosts are called as if it were not there
    (`buildSidecarVirtualHostsForVirtualService`). A gateway has no host without it.
    """
    if next_taker(owner, number) is not None:
        return "another route of the VirtualService"
    alone = all(r is owner.routes[number] or r.protocol != "http" for r in owner.routes)
    return "the host itself, unrouted" if alone and names_of(owner) == [MESH] else ""
