"""Which endpoints of a cluster Envoy uses, and how many requests each gets: priorities, health, panic.

After source/common/upstream/load_balancer_impl.cc; measured on Envoy 1.40.0.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from upstreamlint.facets.spread import Next, Spread
from upstreamlint.programs.envoy.death import in_subset
from upstreamlint.programs.envoy.model import Bootstrap, Discovery, Endpoint, EnvoyCluster, UseKind
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_OVERPROVISIONED = 1.4
"""A priority takes all requests as long as so many times its healthy part is the whole."""
_ALL = 100.0


class Level(NamedTuple):
    """A priority: its endpoints, and those that are well; `counted` is how many count, which those that drain do not."""

    well: Sequence[Endpoint]
    every: Sequence[Endpoint]
    counted: int


def levels(endpoints: Sequence[Endpoint]) -> list[Level]:
    """The priorities of some endpoints, the first to be used first."""
    found = []
    for priority in sorted({e.priority for e in endpoints}):
        every = [e for e in endpoints if e.priority == priority]
        counted = sum(e.health is None or e.health.value.upper() != "DRAINING" for e in every)
        found.append(Level([e for e in every if not e.out], every, counted))
    return found


def parts(found: Sequence[Level], panic: float) -> dict[int, float]:
    """The part of the requests that each endpoint gets, by its identity."""
    used: dict[int, float] = {}
    for load, taking in _loads(found, panic):
        used |= {id(e): load / len(taking) for e in taking if load}
    return used


def _able(level: Level) -> float:
    """How many of a hundred requests a priority takes at most."""
    return min(_ALL, _OVERPROVISIONED * _ALL * len(level.well) // level.counted) if level.counted else 0.0


def _loads(found: Sequence[Level], panic: float) -> Iterator[tuple[float, Sequence[Endpoint]]]:
    able = [_able(level) for level in found]
    total = min(_ALL, sum(able))
    panics = [total < _ALL and (_ALL * len(x.well) / x.counted if x.counted else 0.0) < panic for x in found]
    if all(panics) or not total:
        count = sum(len(level.every) for level in found)
        yield from ((len(x.every) / count if count and panic else 0.0, x.every) for x in found)
        return
    left = _ALL
    for level, part, in_panic in zip(found, able, panics, strict=True):
        load = min(left, part * _ALL / total)
        left -= load
        yield load / _ALL, level.every if in_panic else level.well


def shares(
    cluster: EnvoyCluster, sent: Sequence[ClusterReference], nameless: Collection[Anchor]
) -> list[float | None]:
    """Each endpoint's part of the cluster's requests; nothing where routes ask for different subsets."""
    if _unlike(cluster):
        return [None] * len(cluster.endpoints)
    for endpoints in (_named(cluster.endpoints, nameless), cluster.endpoints):
        criteria = [r.use.criteria for r in sent if r.use.kind is not UseKind.MIRROR]
        chosen = [in_subset(cluster, one, endpoints) for one in criteria] or [endpoints]
        if len({None if c is None else tuple(map(id, c)) for c in chosen}) != 1 or chosen[0] is None:
            return [None] * len(cluster.endpoints)
        used = parts(levels(chosen[0]), cluster.panic)
        if used:
            return [used.get(id(e), 0.0) for e in cluster.endpoints]
    return [0.0] * len(cluster.endpoints)


def _named(endpoints: Sequence[Endpoint], nameless: Collection[Anchor]) -> list[Endpoint]:
    """The endpoints that have an address: the others are not there for Envoy."""
    return [e for e in endpoints if e.address is None or e.address.anchor not in nameless]


def _unlike(cluster: EnvoyCluster) -> bool:
    """Whether more than the number of endpoints decides how many requests one gets."""
    return any(
        e.weight != 1 or (e.health is not None and e.health.value.upper() == "DEGRADED")
        for e in cluster.endpoints
    )


def spread(cluster: EnvoyCluster, sent: Sequence[ClusterReference], *, waiting: int) -> Spread:
    """What becomes of requests that an endpoint fails; `waiting` endpoints of later priorities stand by."""
    again = any(r.written.retried for r in sent)
    checked = cluster.health_checked
    refused = Next.AT_TIMES if again or cluster.ejects else Next.LOST
    return Spread(
        refused=Next.LEFT_OUT if checked else refused,
        nameless=Next.LEFT_OUT if cluster.discovery is Discovery.STRICT_DNS else Next.LOST,
        answered=Next.AT_TIMES if checked or again or cluster.ejects else Next.LOST,
        backups=waiting,
        heeded=cluster.panic / _ALL if checked else 0.0,
    )


def joined(
    bootstrap: Bootstrap, cluster: EnvoyCluster, nameless: Collection[Anchor]
) -> dict[int, float] | None:
    """The part of an aggregate's requests that each endpoint of its members gets; nothing where that hangs on more."""
    members = [bootstrap.cluster(m.value) for m in cluster.members]
    known = [m for m in members if m is not None]
    # What comes behind one whose endpoints may be found dead is only told where those before it take every request.
    firm = list(takewhile(_firm, known))
    each = [levels(_named(m.endpoints, nameless)) for m in firm]
    every = [level for found in each for level in found]
    told = len(firm) == len(members) or (len(known) == len(members) and sum(map(_able, every)) >= _ALL)
    if not told and (len(firm) < len(known) or bootstrap.dynamic):
        return None
    # The aggregate chooses a priority of a member, which chooses among its endpoints as it does by itself.
    taking = [used for m, found in zip(firm, each, strict=True) for _, used in _loads(found, m.panic)]
    loads = (load for load, _ in _loads(every, cluster.panic))
    return {id(e): load / len(used) for load, used in zip(loads, taking, strict=True) for e in used}


def _firm(cluster: EnvoyCluster) -> bool:
    """Whether which endpoints of a cluster are used is written, and nothing that happens changes it."""
    listed = cluster.discovery in (Discovery.STATIC, Discovery.STRICT_DNS)
    return listed and not (cluster.health_checked or cluster.ejects or _unlike(cluster))
