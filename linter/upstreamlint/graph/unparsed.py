"""Texts that do not parse: what was left in them by a merge, and what they may define all the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.graph.problems import Problem, RepeatedKeyProblem, SyntaxProblem
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

_OURS = patterns.compile(r"^<{7}(?: [^\r\n]*)?$", re.MULTILINE)
_DIVIDER = patterns.compile(r"^={7}\r?$", re.MULTILINE)
_THEIRS = patterns.compile(r"^>{7}(?: [^\r\n]*)?$", re.MULTILINE)
_DATA = (".yaml", ".yml", ".json")
_ALIAS = patterns.compile(r"\*[\w.-]+")
_SEVERAL = 3
"""An anchor that one file lacks was forgotten or misspelt; one that several lack stands in what a tool puts before them."""
_PAIR = patterns.compile(
    r"^[ \t]*(?:- )?[\"']?([\w./-]+)[\"']?:[ \t]+[\"']?([^\s\"'#{}\[\],]+)", re.MULTILINE
)


@frozen
class Unparsed:
    """The names and the label pairs that texts hold which nobody could read: an object may stand behind each."""

    names: frozenset[str] = frozenset()
    labels: frozenset[tuple[str, str]] = frozenset()


def unparsed(problems: Iterable[Problem]) -> Unparsed:
    """What the texts of problems may define."""
    texts = {p.anchor.source.path: p.anchor.source.text for p in problems if isinstance(p, SyntaxProblem)}
    pairs = frozenset(found for text in texts.values() for found in _PAIR.findall(text))
    return Unparsed(frozenset(value for key, value in pairs if key == "name"), pairs)


def without_conflicts(problems: Sequence[Problem], sources: Iterable[Source]) -> Iterator[Problem]:
    """The problems of a run, with one for each file that holds both sides of a merge instead of what follows from it.

    Data may hold such lines as text, so YAML that parses is left alone.
    """
    faulty = {p.anchor.source.path for p in problems if isinstance(p, SyntaxProblem)}
    halves = {
        source.path: found
        for source in sources
        if (source.path in faulty or not source.path.endswith(_DATA)) and (found := conflict(source))
    }
    for problem in problems:
        kind = isinstance(problem, SyntaxProblem | RepeatedKeyProblem)
        if not (kind and problem.anchor.source.path in halves):
            yield problem
    yield from halves.values()


def lacking_anchors(problems: Iterable[Problem]) -> dict[str, str]:
    """The paths of files that lack the anchors that others lack, and the alias: pieces that nobody reads alone.

    YAML knows no anchors of other files, so a tool that shares them puts the files together first.
    """
    lacking: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        found = _ALIAS.match(problem.anchor.source.text, problem.anchor.start)
        if found is not None and isinstance(problem, SyntaxProblem):
            lacking[found.group()].add(problem.anchor.source.path)
    return {path: alias for alias, paths in lacking.items() if len(paths) >= _SEVERAL for path in paths}


def conflict(source: Source) -> SyntaxProblem | None:
    """The first place where a merge left both sides."""
    if "<<<<<<<" not in source.text:
        return None
    ours = _OURS.search(source.text)
    divider = _DIVIDER.search(source.text, ours.end()) if ours else None
    theirs = _THEIRS.search(source.text, divider.end()) if divider else None
    if ours is None or divider is None or theirs is None:
        return None
    return SyntaxProblem(
        Anchor(source, ours.start(), ours.end()),
        "a merge left both sides in this file",
        (
            (Anchor(source, divider.start(), divider.start() + 7), "the other side"),
            (Anchor(source, theirs.start(), theirs.end()), "ends here"),
        ),
        "keep one side, and remove the markers",
    )
