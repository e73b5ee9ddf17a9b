"""What a broken hop costs: the part of its pool's requests that is lost, and the routes that lose it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from upstreamlint.answers.table import Failure, answer, symptom
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


def cost(graph: Graph, found: Judgement) -> Cost:
    """What a broken hop costs, as far as the others of its pool do not take over."""
    dial = found.dial
    rests_on = assumption(found) or dial.unless
    if found.stops is not None:
        return Cost(symptom(found), rests_on, None)
    alone = dial.spread is PLAIN and dial.purpose is Purpose.ASK
    if alone or dial.purpose not in (Purpose.ROUTE, Purpose.ASK):
        return Cost(symptom(found), rests_on, () if dial.share == 0 else None)
    others = graph.beside(found)
    part = _part(found, others if rests_on else [o for o in others if o is found or not assumption(o)])
    shown = symptom(found)
    if part.all_lost and dial.spread.empties:
        shown = answer(dial.by, Failure.NO_ENDPOINTS)
    hit = () if part.share == 0 else graph.affected(dial.owner, share=part.share)
    return Cost(shown, rests_on or part.spared, hit, part.spared)


def _part(found: Judgement, failing: Iterable[Judgement]) -> _Part:
    members = _members(failing)
    own, spread = members[found.dial.host_anchor], found.dial.spread
    if own.dial.share == 0 and not own.dial.backup:
        return _Part(0.0, _OTHERS if own.nameless else _IDLE)
    first = {key: m for key, m in members.items() if not m.dial.backup and m.dial.share != 0}
    known = {key: m.dial.share for key, m in first.items() if m.dial.share is not None}
    if len(known) < len(first):
        return _Part(None)
    out = {key for key, m in first.items() if m.next is Next.LEFT_OUT}
    nameless = {key for key in out if members[key].nameless}
    there, well = 1 - sum(known[k] for k in nameless), 1 - sum(known[k] for k in out)
    standing_by = _standing_by(members, spread)
    if len(out) > len(nameless) and well < spread.heeded * there - _LEAST and not standing_by:
        # Health does not count any more: what fails is used all the same.
        out, well = nameless, there
    share = known.get(found.dial.host_anchor, 0.0)
    if well < _LEAST:
        return _Part(0.0, _OTHERS) if standing_by else _Part(share, all_lost=True)
    if found.dial.host_anchor in out:
        return _Part(0.0, _OTHERS)
    left = [key for key in first if key not in out]
    saved = sum(known[k] for k in left) < well - _LEAST or (standing_by and not spread.in_turn)
    if own.dial.backup:
        return _Part(0.0, _OTHERS if saved else "")
    if own.next in (Next.LOST, Next.LEFT_OUT) or not saved:
        return _Part(round(share / well, 9), all_lost=not saved)
    enough = not spread.tries or len(left) < spread.tries
    return _Part(0.0, _OTHERS) if own.next is Next.TRIED and enough else _Part(None)


def _standing_by(members: Mapping[Anchor, _Member], spread: Spread) -> bool:
    """Whether a backup takes over that does not fail itself."""
    dead = {m.dial.backup: m for m in members.values() if m.dial.backup}
    for rank in range(1, spread.backups + 1):
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
    {Obstacle.OTHER_PROTOCOL, Obstacle.PROXY_HEADER, Obstacle.PLAIN_TO_TLS, Obstacle.OTHER_HOST}
)
"""What is found out only when a connection stands."""


def _nameless(found: Judgement) -> bool:
    """Whether the name has no address where it is looked up."""
    by_name = found.facet is Facet.NAME or not found.dial.by_address
    return by_name and found.facet in (Facet.NAME, Facet.PATH, Facet.LIFE)
