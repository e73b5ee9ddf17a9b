"""VirtualServices that name no gateway, for hosts that only a Gateway is asked for.

Without `gateways` a VirtualService is for the sidecars of the mesh alone (Istio reference, VirtualService); a Gateway that no VirtualService is bound to for
a host answers 404.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.finding import Affected
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH, covers, overlap
from upstreamlint.graph.istio.routes.wire import taken
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import IstioGateway, VirtualService
from upstreamlint.model.kubernetes.nearest import same_tree
from upstreamlint.values import entity


@entity(kw_only=True)
class UnboundHost(Reference):
    """A host of a VirtualService without gateways, and the server's host of the Gateway that it is for."""

    virtual_service: VirtualService
    gateway: IstioGateway
    served: Scalar
    hits: tuple[Affected, ...] = ()
    assumption: str = ""


def link(mesh: Mesh) -> Iterator[UnboundHost]:
    """Each host that a Gateway serves, of a VirtualService that is bound to none."""
    bound: dict[int, list[VirtualService]] = {}
    unbound = []
    for owner in mesh.index.of(VirtualService):
        names = {n for r in owner.routes for n in names_of(owner, r)} | {g.value for g in owner.gateways}
        found = [
            g for n in names - {MESH} for g in mesh.gateways.find(n, owner.meta.namespace, owner.meta.folder)
        ]
        for gateway in found:
            bound.setdefault(id(gateway), []).append(owner)
        if not owner.gateways and not names - {MESH} and not owner.meta.patched and owner.hosts:
            unbound.append(owner)
    for owner in unbound:
        if not any(_is_of_mesh(mesh, owner, host) for host in owner.hosts):
            yield from _hosts(mesh, owner, bound)


def _is_of_mesh(mesh: Mesh, owner: VirtualService, host: Scalar) -> bool:
    """Whether sidecars may be asked for a host: a Service, an entry, or what is still to be filled in."""
    expanded = mesh.expand(host.value, owner.meta.namespace)
    known = bool(expanded.service) or "." not in host.value or host.value.startswith("*")
    return (
        known
        or is_placeholder(host.value)
        or bool(mesh.registry.find(expanded, owner.meta.folder))
        or mesh.registry.wildcard(expanded) is not None
    )


def _hosts(
    mesh: Mesh, owner: VirtualService, bound: dict[int, list[VirtualService]]
) -> Iterator[UnboundHost]:
    for host in owner.hosts:
        found = _serving(mesh, owner, host.value, bound)
        if found is not None:
            gateway, served = found
            exact = served.value.rpartition("/")[2] == host.value
            yield UnboundHost(
                wanted=host.value,
                anchor=host.anchor,
                owner=owner,
                verdict=Verdict.CONFLICT,
                virtual_service=owner,
                gateway=gateway,
                served=served,
                hits=taken(owner, {MESH}, host.value),
                assumption="" if exact else f"clients come by Gateway `{gateway.title}`",
            )


def _serving(
    mesh: Mesh, owner: VirtualService, host: str, bound: dict[int, list[VirtualService]]
) -> tuple[IstioGateway, Scalar] | None:
    """The Gateway that serves a host for which nothing is bound to it: by name, or by a wildcard while nothing is bound to it at all."""
    for gateway in mesh.index.of(IstioGateway):
        own = bound.get(id(gateway), [])
        if gateway.meta.patched or not same_tree(gateway.meta.folder, owner.meta.folder):
            continue
        if any(overlap(h.value, host) for other in own for h in other.hosts):
            continue
        for served in (h for s in gateway.servers for h in s.hosts):
            name = served.value.rpartition("/")[2]
            if name == host or (not own and covers(name, host)):
                return gateway, served
    return None
