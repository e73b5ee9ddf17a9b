"""Gateway API: of rules that match the same, one takes the requests (`HTTPRouteRule.matches`).

That is the rule of the older route, then of the first by namespace and name, then the first in a route. Files do not say
which route is older, so a rule may lose its requests to another, or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from upstreamlint.graph.canonical import canonical
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.gateway_api.references import RouteParent
from upstreamlint.model.gateway_api import GatewayListener, GatewayRoute, RouteRule
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple

Place: TypeAlias = tuple[GatewayRoute, int]
"""A route and the number of one of its rules."""

_Match: TypeAlias = tuple[str, str, frozenset[object]]
"""The kind of a path's match, the path, and what else is asked for."""

_Key: TypeAlias = tuple[str, str, int, str, str, _Match]
"""The kind and folder of a route; a gateway, its listener and a host that it asks for; what a rule matches."""


class Attached(NamedTuple):
    """A route with what it is attached to."""

    route: GatewayRoute
    parents: list[RouteParent]


def takers(attached: Sequence[Attached]) -> Iterator[tuple[Place, Place]]:
    """The rules whose requests another rule takes, or would take for want of them, each with that one."""
    owners: dict[_Key, Place] = {}
    for one in sorted(attached, key=lambda a: (a.route.meta.namespace, a.route.meta.name.value)):
        for number, rule in enumerate(one.route.rules):
            keys: list[_Key] = [
                (one.route.meta.kind, one.route.meta.folder, *claim, match)
                for claim in _claims(one)
                for match in _matches(rule)
            ]
            taking = [owners.setdefault(key, (one.route, number)) for key in keys]
            others = [t for t in taking if t != (one.route, number)]
            if keys and len(others) == len(keys):
                yield (one.route, number), others[0]
    answering = _Answering(owners)
    for one in attached:
        for number, rule in enumerate(one.route.rules):
            for claim, match in product(_refused(one), _matches(rule)):
                taker = answering.of(one.route, claim, match)
                if taker is not None and taker[0] is not one.route:
                    yield (one.route, number), taker
                    break


class _Answering:
    """Who answers the requests of rules that a listener does not take."""

    def __init__(self, owners: Mapping[_Key, Place]) -> None:
        self._there: dict[tuple[str, str, int, str], list[tuple[str, _Match, Place]]] = {}
        for (kind, folder, gateway, listener, host, match), place in owners.items():
            self._there.setdefault((kind, folder, gateway, listener), []).append((host, match, place))

    def of(self, route: GatewayRoute, claim: tuple[int, str, str], match: _Match) -> Place | None:
        """The rule that takes the requests of a rule: of the most specific host that has one, the longest path."""
        gateway, listener, host = claim
        there = self._there.get((route.meta.kind, route.meta.folder, gateway, listener), ())
        fitting = [
            (len(own.removeprefix("*")), len(its[1]), place)
            for own, its, place in there
            if _spans(own, host) and _takes(its, match)
        ]
        return max(fitting, key=lambda f: f[:2])[2] if fitting else None


def _spans(own: str, host: str) -> bool:
    """Whether a host is all that another one may be."""
    return own in ("*", host) or (own.startswith("*.") and host.endswith(own[1:]))


def _takes(own: _Match, other: _Match) -> bool:
    """Whether a match takes all requests that another one asks for."""
    (kind, path, more), (_, asked, _) = own, other
    if own == other:
        return True
    below = path in ("/", asked) or asked.startswith(f"{path.rstrip('/')}/")
    return kind == "PathPrefix" and not more and below and other[0] != "RegularExpression"


def _refused(one: Attached) -> Iterator[tuple[int, str, str]]:
    """Each gateway, listener and host that a route asks for and does not get: who does answers for it."""
    for parent in one.parents:
        listeners = getattr(parent.gateway, "listeners", ()) if parent.broken else ()
        for listener in listeners:
            if parent.parent.section is None or str(listener.name) == parent.parent.section.value:
                for host in _hosts(one.route, listener):
                    yield id(parent.gateway), str(listener.name or listener.port), host


def _claims(one: Attached) -> Iterator[tuple[int, str, str]]:
    """Each gateway, listener and host that a route asks for."""
    for parent in one.parents:
        for listener in parent.listeners if parent.verdict is Verdict.FOUND else ():
            for host in _hosts(one.route, listener):
                yield id(parent.gateway), str(listener.name or listener.port), host


def _hosts(route: GatewayRoute, listener: GatewayListener) -> list[str]:
    own = listener.hostname.value if listener.hostname is not None else "*"
    return [h.value for h in route.hostnames] or [own]


def _matches(rule: RouteRule) -> list[_Match]:
    """The matches of a rule in one form each, with the defaults of a path."""
    found: list[_Match] = []
    for match in rule.matches:
        path = match.mapping("path")
        kind, value = (path.scalar("type"), path.scalar("value")) if path is not None else (None, None)
        others = frozenset((e.key.value, canonical(e.value)) for e in match if e.key.value != "path")
        found.append((kind.value if kind else "PathPrefix", value.value if value else "/", others))
    return found or [("PathPrefix", "/", frozenset())]
