"""Routes that no request is sent by: an earlier one takes them all, or a gateway never meets what they match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container

from upstreamlint.graph.canonical import canonical
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.routes.barred import Barred, bar
from upstreamlint.graph.istio.routes.prefixes import Prefixes, wide
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import VirtualRoute, VirtualService
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.values import NamedTuple


class Unused(NamedTuple):
    """Why a route is never used: the number of the route that takes its requests, if one does.

    `barred` is what of its match never holds; `lost` says that its requests are answered 404 then.
    """

    taker: int | None
    barred: Barred | None = None
    lost: bool = False


def unused(mesh: Mesh, owner: VirtualService) -> dict[int, Unused]:
    """The routes of a VirtualService that are never used, by number."""
    barred = {n: why for n, route in enumerate(owner.routes) if (why := bar(mesh, owner, route)) is not None}
    found = {n: Unused(taker) for n, taker in _taken(mesh, owner, barred).items()}
    for number, why in barred.items():
        taker = next_taker(owner, number, barred)
        # Without any route a host of the mesh is called as if the VirtualService were not there.
        protocol = owner.routes[number].protocol
        others = any(r.protocol == "http" and n not in barred for n, r in enumerate(owner.routes))
        on_mesh = MESH in names_of(owner) and not (others and protocol == "http")
        found[number] = Unused(taker, why, lost=taker is None and not (on_mesh and why.left_out))
    return dict(sorted(found.items()))


def _taken(mesh: Mesh, owner: VirtualService, barred: dict[int, Barred]) -> dict[int, int]:
    """Routes after one that takes everything, or all that begins as they do, or whose matches all stand in earlier ones, by that one."""
    found: dict[int, int] = {}
    everything: dict[tuple[str, tuple[str, ...]], int] = {}
    seen: dict[tuple[str, object], int] = {}
    begun: dict[tuple[str, ...], Prefixes] = defaultdict(Prefixes)
    for number, route in enumerate(owner.routes):
        if number in barred:
            continue
        gateways = tuple(s.value for s in route.gateways)
        taker = everything.get((route.protocol, ()), everything.get((route.protocol, gateways)))
        matches = [(route.protocol, canonical(match)) for match in route.matches]
        if taker is None and matches and all(m in seen for m in matches):
            taker = seen[matches[0]]
        if taker is None and route.protocol == "http":
            earlier = (w.number for among in {(), gateways} for w in begun[among].takers(route))
            taker = min(earlier, default=None)
        if taker is not None:
            found[number] = taker
        elif (route.matches_all or _by_port(mesh, owner, route)) and route.protocol != "tls":
            everything[route.protocol, gateways] = number
        for match in matches:
            seen.setdefault(match, number)
        for one in wide(owner, number):
            begun[gateways].add(one)
    return found


def _by_port(mesh: Mesh, owner: VirtualService, route: VirtualRoute) -> bool:
    """Whether a match asks for a port alone, which is the only one of each gateway that its route is for."""
    asked = {integer(m.scalar("port")) for m in route.matches if {e.key.value for e in m} <= _ONLY_PORT}
    names = names_of(owner, route)
    if asked <= {None} or not names or MESH in names:
        return False
    found = [mesh.gateways.find(n, owner.meta.namespace, owner.meta.folder) for n in names]
    ports = {integer(s.port) for own in found for g in own for s in g.servers}
    return all(found) and len(ports) == 1 and None not in ports and ports <= asked


_ONLY_PORT = frozenset({"port", "name", "statPrefix", "gateways"})


def next_taker(owner: VirtualService, number: int, barred: Container[int] = ()) -> int | None:
    """The route that takes everything that one which is left out does not."""
    protocol = owner.routes[number].protocol
    for other, route in enumerate(owner.routes):
        if other == number or other in barred:
            continue
        if route.protocol == protocol and route.matches_all and not route.gateways:
            return other
    return None
