"""Prefixes of paths that take the requests of longer ones, as Envoy compares them: letter by letter, not part by part.

A gateway tries the routes of several VirtualServices for a host in the order of their age, then by name and namespace, and those that take all requests last (istio:
`configCompareByCreationTime`, `SortVHostRoutes`).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from itertools import product

from upstreamlint import documents
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH, gateway_name
from upstreamlint.model.istio import VirtualRoute, VirtualService
from upstreamlint.values import NamedTuple

_NAMES = frozenset({"uri", "name", "statPrefix", "gateways"})
_POOL = 200
"""More routes of one host are not compared: the cost would grow with their square."""


class Wide(NamedTuple):
    """A route that takes all that begins with a text."""

    owner: VirtualService
    number: int
    begins: str

    def takes(self, route: VirtualRoute) -> bool:
        """Whether each of the matches of a route asks for paths that begin so."""
        return bool(route.matches) and all(_start(m).startswith(self.begins) for m in route.matches)


def wide(owner: VirtualService, number: int) -> Iterator[Wide]:
    """The prefixes of a route that asks for nothing else; one that hands over takes what its delegate has routes for."""
    route = owner.routes[number]
    for match in route.matches if route.protocol == "http" and route.delegate is None else ():
        text = _text(match, "prefix")
        if text and {str(e.key) for e in match} <= _NAMES:
            yield Wide(owner, number, text)


def taken_by_others(
    idle: Mapping[VirtualService, Container[int]],
) -> Iterator[tuple[VirtualService, int, Wide]]:
    """The routes at gateways whose requests a prefix of another VirtualService takes, if that one is not the younger."""
    by_host: dict[object, list[Wide]] = {}
    narrow: list[tuple[list[object], VirtualService, int]] = []
    for owner in sorted(idle, key=lambda o: (o.meta.name.value, o.meta.namespace)):
        for number, route in enumerate(owner.routes):
            if number in idle[owner] or owner.meta.patched or route.protocol != "http":
                continue
            keys = list(_keys(owner, route))
            narrow.append((keys, owner, number))
            for key in keys:
                by_host.setdefault(key, []).extend(w for w in wide(owner, number) if w.begins != "/")
    order = {id(owner): n for n, (_, owner, _) in enumerate(narrow)}
    for keys, owner, number in narrow:
        found = [_taker(by_host.get(key, []), order, owner, number) for key in keys]
        if found and found[0] is not None and None not in found:
            yield owner, number, found[0]


def _taker(among: list[Wide], order: dict[int, int], owner: VirtualService, number: int) -> Wide | None:
    own = owner.routes[number]
    # What is written alike is a conflict of its own.
    texts = {_start(m) for m in own.matches}
    older = [w for w in among if w.owner is not owner and order[id(w.owner)] < order[id(owner)]]
    for one in older if len(among) <= _POOL else ():
        if one.begins not in texts and one.takes(own):
            return one
    return None


def _keys(owner: VirtualService, route: VirtualRoute) -> Iterator[object]:
    """Each gateway and host that a route is for."""
    for name, host in product(names_of(owner, route), owner.hosts):
        if name == MESH or (host.value != "*" and is_placeholder(host.value)):
            continue
        yield gateway_name(name, owner.meta.namespace), host.value.lower(), owner.meta.folder


def _start(match: documents.Mapping) -> str:
    """What all paths that a match asks for begin with."""
    return _text(match, "prefix") or _text(match, "exact")


def _text(match: documents.Mapping, kind: str) -> str:
    value = match.at("uri", kind)
    ignored = match.get("ignoreUriCase") is not None
    return "" if ignored or not isinstance(value, Scalar) or is_placeholder(value.value) else value.value
