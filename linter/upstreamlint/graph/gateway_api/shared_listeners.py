"""Gateway API: TCPRoutes, UDPRoutes and TLSRoutes that ask for the same connections of a listener.

The oldest route of a listener gets what comes by TCP or UDP, and the oldest of a name what comes by TLS. istiod leaves a
TLSRoute out with all of its names when another one has one of them (`buildGatewayNetworkFiltersFromTLSRoutes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.gateway_api.precedence import Attached
from upstreamlint.graph.gateway_api.references import SharedListener
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GatewayListener, GatewayRoute
from upstreamlint.source import Anchor

_BY_PORT, _BY_NAME = frozenset({"TCPRoute", "UDPRoute"}), "TLSRoute"


def shared_listeners(attached: Iterable[Attached]) -> Iterator[SharedListener]:
    """Each route that another one leaves nothing of a listener, or of a name."""
    first: dict[tuple[object, ...], tuple[GatewayRoute, Anchor]] = {}
    for route, parents in attached:
        lost: set[int] = set()
        for parent in parents:
            for listener in parent.listeners if parent.verdict is Verdict.FOUND else ():
                for host, place in _asked(route, parent.anchor):
                    key = (id(parent.gateway), str(listener.name), route.meta.kind, route.meta.folder, host)
                    other, its = first.setdefault(key, (route, place))
                    if other is not route and id(other) not in lost:
                        lost.add(id(other))
                        yield _shared(route, other, listener, host, place, its)


def _asked(route: GatewayRoute, parent: Anchor) -> Iterator[tuple[str, Anchor]]:
    """What a route asks for of a listener: the names, or nothing in particular; and the place that says so."""
    if route.meta.kind in _BY_PORT:
        yield "", parent
    elif route.meta.kind == _BY_NAME:
        yield from (
            (h.value.lower(), h.anchor) for h in route.hostnames if not is_placeholder(h.value.strip("*."))
        )


def _shared(
    route: GatewayRoute, other: GatewayRoute, listener: GatewayListener, host: str, place: Anchor, its: Anchor
) -> SharedListener:
    same = route.anchor.source is other.anchor.source
    return SharedListener(
        wanted=host or str(listener.name),
        anchor=place,
        owner=route,
        verdict=Verdict.UNKNOWN if route.meta.patched or other.meta.patched else Verdict.CONFLICT,
        near=(Candidate(its, f"{other.meta.kind} `{other.title}` asks for them too", ""),),
        route=route,
        other=other,
        listener=listener,
        host=host,
        assumption="" if same else "both files are deployed",
    )
