"""How HAProxy uses the servers of a backend, and which one takes a request that another refuses."""

from __future__ import annotations

from upstreamlint.facets.spread import Next, Spread
from upstreamlint.programs.haproxy.types import Again, Proxy, Server
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_IN_TURN = frozenset({"", "roundrobin", "static-rr", "leastconn", "first"})
"""Algorithms that do not take the server again that has just refused (`srvtoavoid` in src/lb_*.c)."""
_AT_RANDOM = frozenset({"random"})
_EACH_TIME = frozenset({"", "roundrobin", "static-rr", "random"})
"""Algorithms with which `redispatch` takes another server at each retry (src/backend.c)."""


class Pooled(NamedTuple):
    """Each server's part of the requests: 0 for those that are out, nothing for a backup that waits.

    `backups` counts those that wait, from 1, and is 0 for the others. `out` are the servers, where none takes requests.
    """

    shares: tuple[float | None, ...]
    backups: tuple[int, ...]
    spreads: tuple[Spread, ...]
    out: tuple[Anchor, ...]


def pool(proxy: Proxy) -> Pooled:
    """The servers of a backend as it uses them."""
    weights = [0 if s.disabled else s.weight * s.count for s in proxy.servers]
    active = [0 if s.backup else w for w, s in zip(weights, proxy.servers, strict=True)]
    spare = [w if s.backup else 0 for w, s in zip(weights, proxy.servers, strict=True)]
    used = active if any(active) else spare
    if proxy.again.balance == "first" or (used is spare and not proxy.again.all_backups):
        # Of the backups the first that is up takes every request, unless all are told to.
        first = next((i for i, w in enumerate(used) if w), None)
        used = [w if i == first else 0 for i, w in enumerate(used)]
    waiting = [bool(w) and not u for w, u in zip(weights, used, strict=True)]
    order = sorted((i for i, w in enumerate(waiting) if w), key=lambda i: proxy.servers[i].backup)
    ranks = tuple(order.index(i) + 1 if w else 0 for i, w in enumerate(waiting))
    total = sum(used) or 1
    shares = tuple(None if w else u / total for w, u in zip(waiting, used, strict=True))
    equals = sum(not proxy.servers[i].backup for i in order)
    spreads = tuple(
        _spread(proxy.again, s, len(order), equals, servers=sum(map(bool, active))) for s in proxy.servers
    )
    sure = not any(s.unsure for s in proxy.servers)
    idle = bool(proxy.servers) and sure and not any(used)
    return Pooled(shares, ranks, spreads, tuple(s.anchor for s in proxy.servers) if idle else ())


def _spread(again: Again, server: Server, backups: int, equals: int, *, servers: int) -> Spread:
    refused, tries = _again(again, servers)
    return Spread(
        refused=Next.LEFT_OUT if server.ask is not None else refused,
        nameless=Next.LEFT_OUT,
        answered=Next.AT_TIMES if server.ask is not None else Next.LOST,
        tries=tries,
        backups=backups,
        in_turn=again.balance == "first" or not again.all_backups,
        # Of those that wait, a retry with `first` goes to the next, and another one to the first again. Real backups are
        # used when the checks have found all the others dead, and not for what those refuse before.
        reached=equals if refused is Next.TRIED else 0,
    )


def _again(again: Again, servers: int) -> tuple[Next, int]:
    """What becomes of a request that a server refuses, and to how many servers it may be sent."""
    if not again.redispatch or not again.retries:
        return Next.LOST, 0
    if again.balance in _AT_RANDOM:
        return Next.AT_TIMES, 0
    if again.balance not in _IN_TURN:
        return Next.LOST, 0
    if again.balance in _EACH_TIME and servers > 1:
        # Only the one that refused last is not taken again: of several dead servers two may take turns.
        return Next.TRIED, 2
    if again.redispatch < 0:
        return Next.TRIED, 2
    return (
        (Next.TRIED, again.retries // again.redispatch + 1)
        if again.retries >= again.redispatch
        else (Next.LOST, 0)
    )
