"""How Caddy uses the upstreams of a proxy, and what it does when one of them refuses."""

from __future__ import annotations

from upstreamlint.facets.spread import Next, Spread
from upstreamlint.programs.caddy.types import Proxy
from upstreamlint.values import NamedTuple

_AT_RANDOM = frozenset({"weighted_round_robin", "random", "random_choose", "least_conn"})
"""Policies that may take the upstream again that has just refused; all others take the same, as long as it counts as well."""


class Pooled(NamedTuple):
    """Each upstream's part of the requests, nothing for one that is only taken when those before it are left out.

    `backups` counts those, from 1, and is 0 for the others.
    """

    shares: tuple[float | None, ...]
    backups: tuple[int, ...]
    spread: Spread


def pool(proxy: Proxy) -> Pooled:
    """The upstreams of a proxy as it uses them; measured on Caddy 2.11.7."""
    count = len(proxy.upstreams)
    backups: tuple[int, ...] = (0,) * count
    shares: tuple[float | None, ...] = (
        (1 / count,) * count if count and not proxy.dynamic else (None,) * count
    )
    if proxy.policy == "first" and count > 1 and not proxy.dynamic:
        backups = tuple(range(count))
        shares = (1.0, *(None,) * (count - 1))
    elif proxy.policy == "random_choose":
        # Of those that have nothing to do it takes one of the first: how many requests each gets hangs on the load.
        shares = (None,) * count if count > 1 else shares
    elif proxy.policy == "weighted_round_robin" and len(proxy.weights) == count and any(proxy.weights):
        shares = tuple(weight / sum(proxy.weights) for weight in proxy.weights)
    refused, tries = _again(proxy)
    checked = proxy.health is not None
    spread = Spread(
        refused=refused,
        nameless=refused,
        answered=Next.AT_TIMES if checked or proxy.failing else Next.LOST,
        tries=tries,
        backups=max(backups, default=0),
        reached=max(backups, default=0),
        # With a single weight the policy takes the first upstream, however it is.
        empties=(checked or proxy.fail_duration > 0) and len(proxy.weights) != 1,
    )
    return Pooled(shares, backups, spread)


def _again(proxy: Proxy) -> tuple[Next, int]:
    """What becomes of a request that an upstream refuses, and to how many it may be sent."""
    if proxy.health is not None:
        return Next.LEFT_OUT, 0
    again = proxy.try_duration > 0 or proxy.retries > 0
    tries = proxy.retries + 1 if proxy.retries > 0 else 0
    if proxy.fail_duration > 0:
        # Who failed is left out for a while: of this request's tries, and of the requests after it.
        return (Next.TRIED, tries) if again else (Next.AT_TIMES, 0)
    if again and proxy.policy == "round_robin":
        return Next.TRIED, tries
    return (Next.AT_TIMES, 0) if again and proxy.policy in _AT_RANDOM else (Next.LOST, 0)
