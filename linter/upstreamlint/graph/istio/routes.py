"""Routes within VirtualServices: those that an earlier one takes everything from, and those that hand over."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import documents
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.evidence import Verdict, near_names
from upstreamlint.graph.istio.references import DelegateName, ShadowedRoute
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.istio import VirtualRoute, VirtualService


def link(mesh: Mesh) -> Iterator[Reference]:
    """The routes that are never used, and the delegates of the others."""
    for owner in mesh.index.of(VirtualService):
        if len(owner.routes) > 1:
            yield from _shadowed(owner)
        for number, written in enumerate(owner.routes):
            if written.delegate is not None:
                yield from _delegate(mesh, owner, written, number)


def _shadowed(owner: VirtualService) -> Iterator[ShadowedRoute]:
    """Routes after one that takes everything, or whose matches all stand in earlier ones."""
    everything: dict[tuple[str, tuple[str, ...]], VirtualRoute] = {}
    seen: dict[tuple[str, object], VirtualRoute] = {}
    for route in owner.routes:
        gateways = tuple(s.value for s in route.gateways)
        taken = everything.get((route.protocol, ())) or everything.get((route.protocol, gateways))
        matches = [(route.protocol, _canonical(match)) for match in route.matches]
        if taken is None and matches and all(m in seen for m in matches):
            taken = seen[matches[0]]
        if taken is not None:
            yield ShadowedRoute(
                wanted=route.name.value if route.name else " ".join(route.paths),
                anchor=route.anchor,
                owner=owner,
                verdict=Verdict.CONFLICT,
                virtual_service=owner,
                earlier=taken,
            )
        elif route.matches_all and route.protocol != "tls":
            everything[route.protocol, gateways] = route
        for match in matches:
            seen.setdefault(match, route)


def _canonical(node: documents.Node) -> object:
    """A value that is equal for nodes that say the same; a match's name says nothing."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return frozenset((e.key.value, _canonical(e.value)) for e in node if e.key.value != "name")
    return tuple(_canonical(item) for item in node)


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
