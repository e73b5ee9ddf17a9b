"""What a broken hop costs: the part of its pool's requests that is lost, and the routes that lose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure, answer, failure_of, symptom
from upstreamlint.facets.dial import Dial, Purpose
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.facets.spread import PLAIN, Next, Spread
from upstreamlint.facets.wording import assumption
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph import Graph
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_OTHERS = "the servers beside it do not take over"
_IDLE = "it is given requests some day"
_LEAST = 1e-6
"""Shares are sums of fractions."""


class Cost(NamedTuple):
    """What is told of a broken hop. `spared` is why its requests are not lost; `hit` is nothing where the graph knows."""

    symptom: Symptom
    assumption: str
    hit: tuple[Affected, ...] | None
    spared: str = ""


class _Member(NamedTuple):
    """A target of a pool that fails, with what becomes of its requests."""

    dial: Dial
    next: Next
    nameless: bool


class _Part(NamedTuple):
    """The part of a pool's requests that one target loses; `spared` is why it loses none, `all_lost` that every request is lost."""

    share: float | None
    spared: str = ""
    all_lost: bool = False


class Costs:
    """What broken hops of a graph cost; what those of one pool have in common is worked out once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._pools: dict[tuple[int, int, bool], _Pool] = {}

    def of(self, found: Judgement) -> Cost:
        """What a broken hop costs, as far as the others of its pool do not take over."""
        dial = found.dial
        rests_on = assumption(found) or dial.unless
        if found.stops is not None:
            return Cost(symptom(found), rests_on, None)
        alone = dial.spread is PLAIN and dial.purpose is Purpose.ASK
        if alone or dial.purpose not in (Purpose.ROUTE, Purpose.ASK):
            refused = dial.purpose is Purpose.FORWARD and failure_of(found) is Failure.REFUSED
            shown = met(self._graph, dial.owner, Failure.REFUSED) if refused else symptom(found)
            return Cost(shown, rests_on, () if dial.share == 0 else None)
        part = self._pool(found, sure=not rests_on).part(dial)
        shown = symptom(found)
        if part.all_lost and dial.spread.empties:
            shown = answer(dial.by, Failure.NO_ENDPOINTS)
        hit = () if part.share == 0 else self._graph.affected(dial.owner, share=part.share)
        return Cost(shown, rests_on or part.spared, hit, part.spared)

    def _pool(self, found: Judgement, *, sure: bool) -> _Pool:
        """The pool of a hop, with what fails for certain, or all that may fail."""
        key = (id(found.dial.owner), id(found.dial.caller.node), sure)
        if key not in self._pools:
            failing = self._graph.beside(found)
            self._pools[key] = _Pool([f for f in failing if not assumption(f)] if sure else failing)
        return self._pools[key]


class _Pool:
    """The targets of a pool that fail, and what that leaves."""

    def __init__(self, failing: Iterable[Judgement]) -> None:
        self._members = members = _members(failing)
        first = {key: m for key, m in members.items() if not m.dial.backup and m.dial.share != 0}
        self._known = {key: m.dial.share for key, m in first.items() if m.dial.share is not None}
        self._told = len(self._known) == len(first)
        self._out = {key for key in self._known if members[key].next is Next.LEFT_OUT}
        self._nameless = {key for key in self._out if members[key].nameless}
        self._there = 1 - sum(self._known[k] for k in self._nameless)
        self._well = 1 - sum(self._known[k] for k in self._out)
        self._backups = {m.dial.backup: m for m in members.values() if m.dial.backup}
        self._left: dict[float, _Left] = {}

    def part(self, dial: Dial) -> _Part:
        """The part of the pool's requests that a target loses."""
        own, spread, key = self._members[dial.host_anchor], dial.spread, dial.host_anchor
        if own.dial.share == 0 and not own.dial.backup:
            return _Part(0.0, _OTHERS if own.nameless else _IDLE)
        if not self._told:
            return _Part(None)
        standing_by = _standing_by(self._backups, spread)
        left = self._what_is_left(0.0 if standing_by else spread.heeded)
        share = self._known.get(key, 0.0)
        if left.well < _LEAST:
            # Of several backups that share the requests, one that is not left out loses its own.
            loses = own.dial.backup and own.next is Next.LOST and not spread.in_turn
            spared = _Part(None) if loses else _Part(0.0, _OTHERS)
            return spared if standing_by else _Part(share, all_lost=True)
        if key in left.out:
            return _Part(0.0, _OTHERS)
        others = left.failing < left.well - _LEAST
        saved = others or _reached(self._backups, spread)
        if own.dial.backup:
            return _Part(0.0, _OTHERS if saved else "")
        if own.next in (Next.LOST, Next.LEFT_OUT) or not saved:
            return _Part(round(share / left.well, 9), all_lost=not saved)
        # Backups that fail are tried, too, when every other server has failed.
        enough = not spread.tries or left.number + (0 if others else len(self._backups)) < spread.tries
        return _Part(0.0, _OTHERS) if own.next is Next.TRIED and enough else _Part(None)

    def _what_is_left(self, heeded: float) -> _Left:
        """What takes requests, where health counts as long as so many targets are well."""
        if heeded not in self._left:
            out, well = self._out, self._well
            if len(out) > len(self._nameless) and well < heeded * self._there - _LEAST:
                out, well = self._nameless, self._there
            failing = [share for key, share in self._known.items() if key not in out]
            self._left[heeded] = _Left(frozenset(out), well, sum(failing), len(failing))
        return self._left[heeded]


class _Left(NamedTuple):
    """The targets that are left out; of the others the part of the requests that they get, that the failing ones get, and their number."""

    out: frozenset[Anchor]
    well: float
    failing: float
    number: int


def _standing_by(dead: Mapping[int, _Member], spread: Spread) -> bool:
    """Whether a backup takes over that does not fail itself, or whose requests come to one that does not."""
    for rank in range(1, spread.backups + 1):
        if rank not in dead:
            return True
        if spread.in_turn and dead[rank].next is not Next.LEFT_OUT:
            return dead[rank].next is Next.TRIED and _reached(dead, spread, above=rank)
    return False


def _reached(dead: Mapping[int, _Member], spread: Spread, above: int = 0) -> bool:
    """Whether a request that others refuse comes to a backup that does not fail: those that are left out are passed over."""
    for rank in range(above + 1, spread.reached + 1):
        if rank not in dead:
            return True
        if spread.in_turn and dead[rank].next is not Next.LEFT_OUT:
            return False
    return False


def _members(failing: Iterable[Judgement]) -> dict[Anchor, _Member]:
    """The targets that fail; one with several faults is left out if any of them does that."""
    found: dict[Anchor, _Member] = {}
    for one in failing:
        nameless = _nameless(one)
        member = _Member(one.dial, _next(one, nameless=nameless), nameless)
        known = found.get(one.dial.host_anchor)
        if known is None or (member.next is Next.LEFT_OUT and known.next is not Next.LEFT_OUT):
            found[one.dial.host_anchor] = member
    return found


def _next(found: Judgement, *, nameless: bool) -> Next:
    spread = found.dial.spread
    if found.dial.purpose is Purpose.ASK or found.facet is Facet.ANSWER:
        return Next.LEFT_OUT
    if nameless:
        return spread.nameless
    return spread.answered if found.obstacle in _ANSWERED else spread.refused


_ANSWERED = frozenset(
    {
        Obstacle.OTHER_PROTOCOL,
        Obstacle.PROXY_HEADER,
        Obstacle.PLAIN_TO_TLS,
        Obstacle.OTHER_HOST,
        Obstacle.BACK_TO_TLS,
    }
)
"""What is found out only when a connection stands."""


def _nameless(found: Judgement) -> bool:
    """Whether the name has no address where it is looked up."""
    by_name = found.facet is Facet.NAME or not found.dial.by_address
    return by_name and found.facet in (Facet.NAME, Facet.PATH, Facet.LIFE)
