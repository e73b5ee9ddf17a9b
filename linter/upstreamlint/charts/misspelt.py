"""Values under one name and templates that ask for another: what a slip of the hand leaves of a chart's values.

A key that no template takes, beside one that a template takes and nobody gives, is that one; so is what a template takes
and nobody gives, where it is but a slip of the hand away from a key that others take. What values files say besides of keys
that the chart does not know is nobody's business, unless it is such a slip of one that they do not set.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.charts.chart import Chart, at
from upstreamlint.charts.takings import Path, Taking, Takings, takings
from upstreamlint.documents import Mapping, Node
from upstreamlint.graph.likeness import are_siblings, is_typed, near_by_one
from upstreamlint.graph.problems import ValueProblem
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

_GLOBAL = "global"
_SHORTEST = 3


def misspelt(chart: Chart, given: Sequence[Node]) -> Iterator[ValueProblem]:
    """The slips in a chart and those below it; `given` are the trees of values of its releases."""
    seen: set[str] = set()
    yield from _misspelt(chart, tuple(given), seen)


def _misspelt(chart: Chart, given: tuple[Node, ...], seen: set[str]) -> Iterator[ValueProblem]:
    if chart.folder in seen:
        return
    seen.add(chart.folder)
    if chart.library or chart.packed:
        return
    # A library takes the values of the chart that it is part of.
    libraries = [one for one in chart.below() if one.library]
    found = takings(s for one in (chart, *libraries) for s in (*one.templates, *one.texts))
    opaque = found.everything or _from_elsewhere(found)
    keys = {part.key for part in chart.parts} | {_GLOBAL}
    told: set[Anchor] = set()
    if isinstance(chart.values, Mapping):
        # What another chart lends templates may take any value; the slips in what these ask for are there all the same.
        for problem in _asked(chart.values, given, found, keys, opaque=opaque):
            told.update((problem.anchor, *(anchor for anchor, _ in problem.related)))
            yield problem
    if not opaque:
        for own, root in ((None, chart.values), *((chart.values, root) for root in given)):
            if root is not None:
                yield from (p for p in _overridden(own, root, found, keys) if p.anchor not in told)
    for part in chart.parts:
        if part.chart is not None:
            trees = (tree for root in (chart.values, *given) if (tree := at(root, (part.key,))) is not None)
            yield from _misspelt(part.chart, tuple(trees), seen)


def _from_elsewhere(found: Takings) -> bool:
    """Whether templates that are not the chart's own get its values."""
    return any(one.name not in found.defined for one in found.includes)


@frozen
class _Taken:
    """The values that templates take, all beginnings of their paths, and the keys below each."""

    whole: frozenset[Path]
    begun: frozenset[Path]
    below: dict[Path, set[str]]


def _taken(found: Takings) -> _Taken:
    paths = {taking.path for taking in found.values}
    whole = frozenset(taking.path for taking in found.values if not taking.tested)
    begun = frozenset(path[:count] for path in paths for count in range(len(path) + 1))
    below: dict[Path, set[str]] = defaultdict(set)
    for path in begun:
        if path:
            below[path[:-1]].add(path[-1])
    return _Taken(whole, begun, below)


def _asked(
    values: Mapping,
    given: Sequence[Node],
    found: Takings,
    keys: set[str],
    *,
    opaque: bool,
) -> Iterator[ValueProblem]:
    missing: dict[Path, list[Taking]] = defaultdict(list)
    for taking in found.values:
        lacking = _lacking(values, taking.path)
        if lacking is not None and not any(at(root, lacking) is not None for root in given):
            missing[lacking].append(taking)
    taken = _taken(found)
    for path, takers in missing.items():
        *above, wanted = path
        beside = at(values, above)
        if not isinstance(beside, Mapping) or len(wanted) < _SHORTEST:
            continue
        names = {e.key.value: e.key for e in beside if above or e.key.value not in keys}
        idle = set() if opaque else {n for n in names if not _is_taken((*above, n), taken)}
        plain = any(t.plain for t in takers)
        meant = _meant(wanted, idle, plain=plain)
        if not meant and plain and not _is_commented(beside.source, wanted):
            meant = next((n for n in names if _is_slip(wanted, n)), "")
        if meant:
            yield ValueProblem(
                takers[0].anchor,
                f"no values hold `{'.'.join(path)}`, which a template takes: they hold `{'.'.join((*above, meant))}`",
                (
                    (names[meant].anchor, "this one is held"),
                    *((t.anchor, "taken here, too") for t in takers[1:4]),
                ),
                help=f"write `.Values.{'.'.join((*above, meant))}`, or call the value `{wanted}`",
                assumption=_assumption(path),
            )


def _overridden(own: Node | None, root: Node, found: Takings, keys: set[str]) -> Iterator[ValueProblem]:
    """The keys of values given to a chart that are slips of those it knows."""
    taken = _taken(found)
    todo: list[Path] = [()]
    while todo:
        above = todo.pop()
        here = at(root, above)
        held = at(own, above)
        if not isinstance(here, Mapping):
            continue
        known = set(held.names()) if isinstance(held, Mapping) else set()
        known |= taken.below.get(above, set())
        known |= keys if not above else set()
        unset = known - set(here.names())
        for entry in here:
            name = entry.key.value
            if name in known:
                if above or name not in keys:
                    todo.append((*above, name))
                continue
            meant = [n for n in unset if _is_slip(name, n)]
            if _is_taken((*above, name), taken) and not (
                isinstance(held, Mapping) and meant and meant[0] in held.names()
            ):
                continue
            longer = [n for n in unset if _is_longer(name, n)] if own is not None and above else []
            if len(meant or longer) == 1:
                (known_as,) = meant or longer
                yield ValueProblem(
                    entry.key.anchor,
                    f"nothing takes the value `{'.'.join((*above, name))}`: the chart knows `{'.'.join((*above, known_as))}`",
                    help=f"write `{known_as}`",
                    assumption=_assumption((*above, known_as)) if meant else _MEANT,
                )


_MEANT = "the value that the chart knows is meant"


def _is_longer(name: str, known: str) -> bool:
    """Whether a key is another with a word before or behind it."""
    return len(known) > _SHORTEST and (name.endswith(f"-{known}") or name.startswith(f"{known}-"))


def _assumption(path: Path) -> str:
    """What makes an error of a value that does not arrive, where its name does not tell that requests need it."""
    words = {word.lower() for key in path for word in _WORDS.findall(key)}
    return "requests depend on the value" if _WIRES.isdisjoint(words) else ""


_WORDS = patterns.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_WIRES = frozenset(
    {
        "port",
        "ports",
        "host",
        "hosts",
        "hostname",
        "service",
        "services",
        "ingress",
        "gateway",
        "route",
        "routes",
    }
    | {
        "url",
        "uri",
        "address",
        "addr",
        "endpoint",
        "domain",
        "name",
        "fullname",
        "selector",
        "label",
        "labels",
    }
    | {
        "probe",
        "path",
        "upstream",
        "backend",
        "tls",
        "scheme",
        "protocol",
        "namespace",
        "replica",
        "replicas",
    }
    | {"enable", "enabled"}
)
"""Words of values that tell who answers, where, and whether anybody is there."""


def _lacking(values: Mapping, path: Path) -> Path | None:
    """The shortest beginning of a path that values do not hold; nothing where they hold all of it, or where anything may be put."""
    node: Node | None = values
    for count, key in enumerate(path, 1):
        if not isinstance(node, Mapping) or not node.names():
            return None
        if key not in node.entries:
            return path[:count]
        node = node.get(key)
    return None


def _is_taken(path: Path, taken: _Taken) -> bool:
    """Whether templates take a value, a part of it, or what holds it."""
    return path in taken.begun or any(path[:count] in taken.whole for count in range(len(path)))


def _meant(wanted: str, idle: set[str], *, plain: bool) -> str:
    """Which of the values that nobody takes was meant: a slip of the hand, or one with a word more or less of what is printed as it is."""
    slips = [n for n in idle if _is_slip(wanted, n, plurals=True)]
    if not slips and plain:
        slips = [n for n in idle if (n.startswith(f"{wanted}-") or n.endswith(f"-{wanted}"))]
    return slips[0] if len(slips) == 1 else ""


def _is_slip(wanted: str, name: str, *, plurals: bool = False) -> bool:
    """Whether a key is another with letters lost, doubled or swapped, or in another case; `host` is none of `hosts`."""
    if min(len(wanted), len(name)) < _SHORTEST or are_siblings(wanted, name):
        return False
    if not plurals and (f"{wanted}s" == name or f"{name}s" == wanted):
        return False
    return (is_typed(wanted, name) and near_by_one(wanted, name)) or wanted.lower() == name.lower()


def _is_commented(source: Source, name: str) -> bool:
    """Whether a comment shows the key, as charts do with what is left to their users."""
    return re.search(rf"#[^\n]*(?<![\w-]){re.escape(name)}[ \t]*:", source.text) is not None
