"""Prefixes of paths that take the requests of longer ones, as Envoy compares them: letter by letter, not part by part.

A gateway tries the routes of several VirtualServices for a host in the order of their age, then by name and namespace, and those that take all requests last (istio:
`configCompareByCreationTime`, `SortVHostRoutes`).
"""

from __future__ import annotations

from collections import defaultdict
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


class Wide(NamedTuple):
    """A route that takes all that begins with a text."""

    owner: VirtualService
    number: int
    begins: str


class Prefixes:
    """What routes take of paths by how they begin, the first of those that take the same."""

    def __init__(self) -> None:
        self._found: dict[str, Wide] = {}
        self._lengths: set[int] = set()

    def add(self, one: Wide) -> None:
        """A prefix that comes after all others."""
        self._found.setdefault(one.begins, one)
        self._lengths.add(len(one.begins))

    def takers(self, route: VirtualRoute) -> Iterator[Wide]:
        """The prefixes with which each of the matches of a route begins, in any order."""
        texts = [_start(match) for match in route.matches]
        for length in self._lengths if texts else ():
            begins = texts[0][:length]
            if begins in self._found and all(text.startswith(begins) for text in texts):
                yield self._found[begins]


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
    older: dict[object, Prefixes] = defaultdict(Prefixes)
    for owner in sorted(idle, key=lambda o: (o.meta.name.value, o.meta.namespace)):
        own: list[tuple[object, Wide]] = []
        for number, route in enumerate(owner.routes):
            if number in idle[owner] or owner.meta.patched or route.protocol != "http":
                continue
            keys = list(_keys(owner, route))
            found = [_taker(older[key], route) if key in older else None for key in keys]
            if found and found[0] is not None and None not in found:
                yield owner, number, found[0]
            own += ((key, one) for key in keys for one in wide(owner, number) if one.begins != "/")
        for key, one in own:
            older[key].add(one)


def _taker(among: Prefixes, route: VirtualRoute) -> Wide | None:
    """The first prefix that takes all; what is written alike is a conflict of its own."""
    texts = {_start(m) for m in route.matches}
    others = (one for one in among.takers(route) if one.begins not in texts)
    return min(others, key=lambda one: (one.owner.meta.name.value, one.number), default=None)


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
