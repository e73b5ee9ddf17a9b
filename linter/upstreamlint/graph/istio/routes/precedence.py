"""VirtualServices that have a host and a match in common: the routes of one of them take the requests.

That is the older one, then the first by name and namespace (istio: `configCompareByCreationTime`). A gateway joins the
routes of all of them (`buildGatewayHTTPRouteConfig`), a sidecar takes one VirtualService for a host. Files do not
say which is older, so a route may lose its requests to another, or not.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from itertools import product

from upstreamlint import documents
from upstreamlint.documents import Scalar
from upstreamlint.graph.canonical import canonical
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.gateways.names import lets_in
from upstreamlint.graph.istio.names import MESH, gateway_name
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import VirtualRoute, VirtualService
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.typed import TypeAlias

Place: TypeAlias = tuple[VirtualService, int]
"""A VirtualService and the number of one of its routes."""


def takers(mesh: Mesh, idle: Mapping[VirtualService, Container[int]]) -> Iterator[tuple[Place, Place]]:
    """The routes that another VirtualService has too, for one of their hosts at least, each with that one.

    `idle` are the routes of each VirtualService that no request is sent by.
    """
    owners: dict[object, Place] = {}
    for owner in sorted(idle, key=lambda o: (o.meta.name.value, o.meta.namespace)):
        for number, route in enumerate(owner.routes):
            if route.protocol == "tls" or number in idle[owner] or owner.meta.patched:
                continue
            place = (owner, number)
            taking = [owners.setdefault(key, place) for key in _claims(mesh, owner, route)]
            yield from ((place, other) for other in dict.fromkeys(taking) if other[0] is not owner)


def _claims(mesh: Mesh, owner: VirtualService, route: VirtualRoute) -> Iterator[object]:
    """Each gateway, host and match that a route is for."""
    if route.protocol == "tcp":
        for name, server in ((n, s) for n in names_of(owner, route) for s in _servers(mesh, owner, n)):
            asked = [integer(m.scalar("port")) for m in route.matches]
            if not asked or None in asked or integer(server) in asked:
                yield gateway_name(name, owner.meta.namespace), "tcp", owner.meta.folder, server.value
        return
    names = [n for n in names_of(owner, route) if n != MESH or not owner.export_to]
    matches = {_match(m) for m in route.matches} if not route.matches_all else {frozenset()}
    for name, host, match in product(names, owner.hosts, matches):
        if host.value != "*" and is_placeholder(host.value):
            continue
        text = mesh.expand(host.value, owner.meta.namespace).text if name == MESH else host.value.lower()
        bound = ("", MESH) if name == MESH else gateway_name(name, owner.meta.namespace)
        yield bound, text, owner.meta.folder, match


def _servers(mesh: Mesh, owner: VirtualService, name: str) -> Iterator[Scalar]:
    """The ports of a gateway's servers that take connections as they come, and that let a VirtualService in."""
    found = mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder) if name != MESH else ()
    for gateway in found:
        for server in gateway.servers:
            opaque = server.tls_mode is None and not server.protocol.upper().startswith(("HTTP", "GRPC"))
            if opaque and server.port is not None and lets_in(mesh, gateway, server, owner):
                yield server.port


def _match(match: documents.Mapping) -> object:
    """What a match asks of requests; its gateways are looked at apart."""
    return frozenset(
        (e.key.value, canonical(e.value)) for e in match if e.key.value not in ("name", "gateways")
    )
