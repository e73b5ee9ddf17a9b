"""What a change does to the routes: those of two states of the same files, paired and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from upstreamlint import patterns
from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.answers.ways import is_split
from upstreamlint.values import NamedTuple, StrEnum, frozen


class Change(StrEnum):
    """What becomes of a route, the gravest first."""

    BREAKS = "breaks"
    """Requests that were answered, or may have been, fail."""
    FAILS = "fails"
    """It fails now; what became of its requests before is not known."""
    DOUBT = "in doubt"
    """A fault that rests on an assumption is on its way now; it was answered before, or failed for certain."""
    OTHER_ANSWER = "other answer"
    """It fails as before, in another way or for another part of its requests."""
    MOVED = "leads elsewhere"
    SHARE = "share moved"
    GONE = "gone"
    NEW = "new"
    UNKNOWN = "unknown now"
    """What becomes of its requests is no longer in the files."""
    MENDED = "mended"
    KNOWN = "known now"


@frozen
class RouteChange:
    """A route before and after; one of both is missing when it is new or gone."""

    change: Change
    before: RouteAnswer | None
    after: RouteAnswer | None

    @property
    def route(self) -> RouteAnswer:
        """The route as it is now, or as it was."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change of nothing is none
        return found

    @property
    def stops(self) -> bool:
        """Whether requests that were answered are not any more."""
        return self.change is Change.BREAKS


@frozen(kw_only=True)
class Difference:
    """The changed routes, the gravest first, and how many routes there were, are, and did not change."""

    changes: tuple[RouteChange, ...]
    before: int
    after: int
    same: int


def difference(
    before: Sequence[RouteAnswer], after: Sequence[RouteAnswer], moved: Mapping[str, str] | None = None
) -> Difference:
    """Compare the routes of two states; `moved` says where files of the first are in the second."""
    changes: list[RouteChange] = []
    same = 0
    for old, new in _pairs([_placed(a, moved or {}) for a in before], [_placed(a, {}) for a in after]):
        change = _change(old, new)
        if change is None:
            same += 1
        else:
            changes.append(RouteChange(change, old, new))
    order = {change: number for number, change in enumerate(Change)}
    changes.sort(
        key=lambda c: (not _fails(c), order[c.change], c.route.listener, c.route.match, c.route.release)
    )
    return Difference(changes=tuple(changes), before=len(before), after=len(after), same=same)


def _fails(found: RouteChange) -> bool:
    """Whether it is bad news: a break, or a new route that fails."""
    return found.stops or (
        found.change is Change.NEW and found.after is not None and found.after.outcome in _FAILING
    )


_FAILING = frozenset({Outcome.FAILS, Outcome.PARTLY})
_GRAVITY = {Outcome.ANSWERED: 0, Outcome.DOUBTFUL: 1, Outcome.PARTLY: 2, Outcome.FAILS: 3}


def _change(old: RouteAnswer | None, new: RouteAnswer | None) -> Change | None:
    if old is None:
        return Change.NEW
    if new is None:
        return Change.GONE
    if old.outcome is not new.outcome:
        return _turned(old.outcome, new.outcome)
    if (old.symptom, old.share) != (new.symptom, new.share):
        return Change.OTHER_ANSWER
    if {e.name for e in old.ends} != {e.name for e in new.ends} or _names_another(old.missing, new.missing):
        return Change.MOVED
    told = is_split(old.ends) and is_split(new.ends)
    return Change.SHARE if told and set(old.ends) != set(new.ends) else None


def _names_another(old: str, new: str) -> bool:
    """Whether two texts about what is missing say the same of different things."""
    return old != new and _QUOTED.sub("", old) == _QUOTED.sub("", new)


_QUOTED = patterns.compile("`[^`]*`")


def _turned(old: Outcome, new: Outcome) -> Change:
    if old is Outcome.UNKNOWN:
        return Change.FAILS if new in _FAILING else Change.DOUBT if new is Outcome.DOUBTFUL else Change.KNOWN
    if new is Outcome.UNKNOWN:
        return Change.UNKNOWN
    if new is Outcome.DOUBTFUL:
        return Change.DOUBT
    return Change.MENDED if _GRAVITY[new] < _GRAVITY[old] else Change.BREAKS


class _Placed(NamedTuple):
    """A route with what tells it apart from others of its host and path, in terms of the later state."""

    answer: RouteAnswer
    kind: str
    owner: str
    release: str
    path: str

    @property
    def result(self) -> Hashable:
        """What it answers and where it ends."""
        found = self.answer
        return found.outcome, found.symptom, found.share, frozenset(e.name for e in found.ends), found.missing


def _placed(answer: RouteAnswer, moved: Mapping[str, str]) -> _Placed:
    path, owner, release = answer.anchor.source.path, answer.owner, answer.release
    file, sharp, rest = owner.partition("#")
    owner = f"{moved.get(file, file)}{sharp}{rest}"
    for before, after in moved.items():
        inside = before.removeprefix(f"{release}/")
        if release and inside != before and after.endswith(f"/{inside}"):
            release = after.removesuffix(f"/{inside}")
            break
    return _Placed(answer, answer.kind, owner, release, moved.get(path, path))


def _pairs(
    before: Iterable[_Placed], after: Iterable[_Placed]
) -> Iterator[tuple[RouteAnswer | None, RouteAnswer | None]]:
    """Each route with what it is now: what has its host and path, and is most like it otherwise."""
    groups: dict[tuple[str, str], tuple[list[_Placed], list[_Placed]]] = defaultdict(lambda: ([], []))
    for side, placed in enumerate((before, after)):
        for one in placed:
            groups[one.answer.listener, one.answer.match][side].append(one)
    for (listener, _), (old, new) in sorted(groups.items()):
        for alike in _ALIKE if _is_name(listener) else _ALIKE[:-2]:
            yield from _taken(old, new, alike)
        yield from ((one.answer, None) for one in old)
        yield from ((None, one.answer) for one in new)


def _is_name(listener: str) -> bool:
    """Whether a listener is a name of the network, which means the same whoever holds its routes; a port is not."""
    return "." in listener and " " not in listener


def _taken(
    old: list[_Placed], new: list[_Placed], alike: Callable[[_Placed], Hashable]
) -> Iterator[tuple[RouteAnswer, RouteAnswer]]:
    """The pairs that are alike, in order; both lists lose them."""
    waiting: dict[Hashable, list[_Placed]] = defaultdict(list)
    for one in new:
        waiting[alike(one)].append(one)
    for one in tuple(old):
        found = waiting.get(alike(one))
        if found:
            partner = found.pop(0)
            old.remove(one)
            new.remove(partner)
            yield one.answer, partner.answer


_ALIKE: tuple[Callable[[_Placed], Hashable], ...] = (
    lambda p: (p.kind, p.release, p.owner, p.path, p.result),
    lambda p: (p.kind, p.release, p.owner, p.path),
    lambda p: (p.kind, p.owner, p.result),
    lambda p: (p.kind, p.release, p.owner),
    lambda p: (p.kind, p.owner),
    lambda p: (p.kind, p.result),
    lambda p: (p.release, p.kind),
    lambda _: None,
)
"""What makes two routes of a host and path the same one, the most certain first; the last two for names only."""
