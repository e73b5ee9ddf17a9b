"""Routes that no request is sent by: an earlier one takes them all, or a gateway never meets what they match."""

from __future__ import annotations

from typing import NamedTuple

from upstreamlint import documents
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import IstioGateway, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes.meta import labels
from upstreamlint.source import Anchor


class Unused(NamedTuple):
    """Why a route is never used: the number of the route that takes its requests, if one does.

    `source` is the match of the client that no pod of `gateway` is; `assumption` is what that rests on.
    """

    taker: int | None
    source: Anchor | None = None
    gateway: IstioGateway | None = None
    assumption: str = ""


def unused(mesh: Mesh, owner: VirtualService) -> dict[int, Unused]:
    """The routes of a VirtualService that are never used, by number."""
    found: dict[int, Unused] = {}
    for number, route in enumerate(owner.routes):
        barred = _barred(mesh, owner, route)
        if barred is not None:
            found[number] = barred
    found.update({n: Unused(taker) for n, taker in _taken(owner, found).items()})
    for number, barred in found.items():
        if barred.source is not None:
            found[number] = barred._replace(taker=_next(owner, number, found))
    return found


def _taken(owner: VirtualService, barred: dict[int, Unused]) -> dict[int, int]:
    """Routes after one that takes everything, or whose matches all stand in earlier ones, by that one."""
    found: dict[int, int] = {}
    everything: dict[tuple[str, tuple[str, ...]], int] = {}
    seen: dict[tuple[str, object], int] = {}
    for number, route in enumerate(owner.routes):
        if number in barred:
            continue
        gateways = tuple(s.value for s in route.gateways)
        taker = everything.get((route.protocol, ()), everything.get((route.protocol, gateways)))
        matches = [(route.protocol, _canonical(match)) for match in route.matches]
        if taker is None and matches and all(m in seen for m in matches):
            taker = seen[matches[0]]
        if taker is not None:
            found[number] = taker
        elif route.matches_all and route.protocol != "tls":
            everything[route.protocol, gateways] = number
        for match in matches:
            seen.setdefault(match, number)
    return found


def _next(owner: VirtualService, number: int, barred: dict[int, Unused]) -> int | None:
    """The route that takes everything that a barred one does not."""
    protocol = owner.routes[number].protocol
    for other, route in enumerate(owner.routes):
        if other not in barred and route.protocol == protocol and route.matches_all and not route.gateways:
            return other
    return None


def _canonical(node: documents.Node) -> object:
    """A value that is equal for nodes that say the same; a match's name says nothing."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return frozenset((e.key.value, _canonical(e.value)) for e in node if e.key.value != "name")
    return tuple(_canonical(item) for item in node)


def _barred(mesh: Mesh, owner: VirtualService, route: VirtualRoute) -> Unused | None:
    """A route of gateways that every match of asks for a client that their pods are not.

    istiod compares `sourceLabels` and `sourceNamespace` with the proxy that the route is for, which is the gateway.
    """
    names = names_of(owner, route)
    if not route.matches or MESH in names or not owner.hosts or owner.meta.patched:
        return None
    reason: Unused | None = None
    for name in names:
        gateways = mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder)
        if not gateways:
            return None
        for gateway in gateways:
            reasons = [_stranger(mesh, gateway, match) for match in route.matches]
            if not all(reasons):
                return None
            reason = reason or reasons[0]
    return reason


def _stranger(mesh: Mesh, gateway: IstioGateway, match: Mapping) -> Unused | None:
    """Why no pod of a gateway is a client that a match asks for; nothing when one may be."""
    wanted, space = labels(match.get("sourceLabels")), match.scalar("sourceNamespace")
    if wanted is not None:
        pods = mesh.gateways.pods(gateway)
        own = [w.template.values for w in pods] or [gateway.selector.values if gateway.selector else {}]
        if not any(wanted.values.items() <= values.items() for values in own):
            differs = any(k in v and v[k] != text for v in own for k, text in wanted.values.items())
            text = "" if pods or differs else f"the pods of Gateway `{gateway.title}` do not carry `{wanted}`"
            return Unused(None, match.key("sourceLabels"), gateway, text)
    if space is not None:
        clients = mesh.gateways.clients(gateway)
        if all(c.namespace and c.namespace != space.value for c in clients):
            return Unused(None, space.anchor, gateway, clients[0].assumption)
    return None
