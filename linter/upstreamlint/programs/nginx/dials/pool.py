"""How nginx uses the servers of an upstream, and when it passes a request on to the next one."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from upstreamlint.facets.spread import Next, Spread
from upstreamlint.numerals import decimal
from upstreamlint.programs.nginx.config import Pass
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.programs.nginx.upstream import Upstream
from upstreamlint.values import NamedTuple, replace

_NO_ANSWER = frozenset({"error", "timeout", "updating", "non_idempotent", "off", "on"})
"""The words of `proxy_next_upstream` that speak of no answer."""


class Pooled(NamedTuple):
    """The servers' parts of the requests: 0 for those that are out, nothing for a backup that waits.

    `backups` counts those that wait, from 1, and is 0 for the others.
    """

    shares: tuple[float | None, ...]
    backups: tuple[int, ...]
    spreads: tuple[Spread, ...]


def pool(upstream: Upstream, passed: Iterable[ProxyPass], *, checked: bool) -> Pooled:
    """The servers of an upstream as its passes use them; `checked` says that they are asked for their health."""
    servers = upstream.servers
    out = [s.down or s.drain for s in servers]
    first = [not o and not s.backup for o, s in zip(out, servers, strict=True)]
    # Backups are all that is used where every other server is out.
    used = first if any(first) else [not o for o in out]
    weights = [(s.weight or 1) if u else 0 for u, s in zip(used, servers, strict=True)]
    total = sum(weights) or 1
    waiting = [not o and not u for o, u in zip(out, used, strict=True)]
    ranks = tuple(rank if w else 0 for w, rank in zip(waiting, accumulate(waiting), strict=True))
    shares = tuple(None if w else weight / total for w, weight in zip(waiting, weights, strict=True))
    ways = {_again(one.target, len(servers) - sum(out)) for one in passed}
    refused, tries, answered = ways.pop() if len(ways) == 1 else (Next.AT_TIMES, 0, Next.AT_TIMES)
    # The backups take over when every other server has failed, and is left out for it.
    reached = refused is Next.TRIED or not any(
        s.max_fails == 0 for s, u in zip(servers, used, strict=True) if u
    )
    spread = Spread(
        refused=Next.LEFT_OUT if checked else refused,
        nameless=Next.LEFT_OUT,
        answered=Next.AT_TIMES if checked else answered,
        tries=tries,
        backups=sum(waiting),
        reached=sum(waiting) if reached or checked else 0,
    )
    # Who failed is left out for a while: less is lost than goes there.
    passed_over = replace(spread, refused=Next.AT_TIMES) if spread.refused is Next.LOST else spread
    alone = sum(map(bool, weights)) == 1 and not any(waiting)
    return Pooled(shares, ranks, tuple(spread if s.max_fails == 0 or alone else passed_over for s in servers))


def _again(target: Pass, servers: int) -> tuple[Next, int, Next]:
    """What becomes of a request when a server refuses, to how many it is sent, and what when the answer is wrong."""
    if target.context == "stream":
        written = target.setting("proxy_next_upstream")
        on = written is None or not written.args or written.args[0].value != "off"
        tries = target.setting("proxy_next_upstream_tries")
        words = frozenset({"error"} if on else ())
    else:
        prefix = target.kind.removesuffix("_pass")
        written = target.setting(f"{prefix}_next_upstream")
        tries = target.setting(f"{prefix}_next_upstream_tries")
        words = frozenset(a.value for a in written.args) if written is not None else frozenset({"error"})
    allowed = decimal(tries.args[0].value) if tries is not None and tries.args else 0
    answered = Next.AT_TIMES if words - _NO_ANSWER else Next.LOST
    if "error" not in words or allowed == 1:
        return Next.LOST, 0, Next.LOST if allowed == 1 else answered
    return Next.TRIED, 0 if not allowed or allowed >= servers else allowed, answered
