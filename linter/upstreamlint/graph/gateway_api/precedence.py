"""Gateway API: of rules that match the same, one takes the requests (`HTTPRouteRule.matches`).

That is the rule of the older route, then of the first by namespace and name, then the first in a route. Files do not say
which route is older, so a rule may lose its requests to another, or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TypeAlias

from upstreamlint.graph.canonical import canonical
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.gateway_api.references import RouteParent
from upstreamlint.model.gateway_api import GatewayListener, GatewayRoute, RouteRule
from upstreamlint.values import NamedTuple

Place: TypeAlias = tuple[GatewayRoute, int]
"""A route and the number of one of its rules."""


class Attached(NamedTuple):
    """A route with what it is attached to."""

    route: GatewayRoute
    parents: list[RouteParent]


def takers(attached: Sequence[Attached]) -> Iterator[tuple[Place, Place]]:
    """The rules whose requests another rule takes, or would take for want of them, each with that one."""
    owners: dict[object, Place] = {}
    for one in sorted(attached, key=lambda a: (a.route.meta.namespace, a.route.meta.name.value)):
        for number, rule in enumerate(one.route.rules):
            keys = [
                (one.route.meta.kind, one.route.meta.folder, *claim, match)
                for claim in _claims(one)
                for match in _matches(rule)
            ]
            taking = [owners.setdefault(key, (one.route, number)) for key in keys]
            others = [t for t in taking if t != (one.route, number)]
            if keys and len(others) == len(keys):
                yield (one.route, number), others[0]
    for one in attached:
        for number, rule in enumerate(one.route.rules):
            for claim, match in product(_refused(one), _matches(rule)):
                taker = owners.get((one.route.meta.kind, one.route.meta.folder, *claim, match))
                if taker is not None and taker[0] is not one.route:
                    yield (one.route, number), taker
                    break


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


def _matches(rule: RouteRule) -> list[object]:
    """The matches of a rule in one form each, with the defaults of a path."""
    found: list[object] = []
    for match in rule.matches:
        path = match.mapping("path")
        kind, value = (path.scalar("type"), path.scalar("value")) if path is not None else (None, None)
        others = frozenset((e.key.value, canonical(e.value)) for e in match if e.key.value != "path")
        found.append((kind.value if kind else "PathPrefix", value.value if value else "/", others))
    return found or [("PathPrefix", "/", frozenset())]
