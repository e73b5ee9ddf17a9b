"""Which fixes hold: a tree that is fixed is checked again, and a fix that adds a finding is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from upstreamlint.finding import Diagnostic, Edit, Severity
from upstreamlint.mend.text import edited
from upstreamlint.run.result import Result
from upstreamlint.source import Source
from upstreamlint.values import frozen

Again: TypeAlias = "Callable[[Mapping[str, str]], Result]"
"""Checks the tree with other texts for some paths."""

_Fault: TypeAlias = "tuple[str, str, str, str]"


@frozen
class Mended:
    """The diagnostics that are mended, the texts that do it by path, and what the tree is like then."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    texts: Mapping[str, str]
    result: Result


def choose(result: Result, wanted: Iterable[Diagnostic], again: Again) -> Mended:
    """Of the fixes of some diagnostics the most that hold together.

    All of them are tried at once; where that adds an error or a warning, or leaves one of theirs, they are tried by
    halves. Advice may be new: what answers again is seen again.
    """
    before = _faults(result.diagnostics)
    chosen = Mended((), {}, {}, result)
    waiting = [[d for d in wanted if d.finding.fix]]
    while waiting:
        some = waiting.pop()
        tried = _tried((*chosen.diagnostics, *some), before, again) if some else None
        if tried is not None:
            chosen = tried
        elif len(some) > 1:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
    return chosen


def _tried(some: Sequence[Diagnostic], before: Counter[_Fault], again: Again) -> Mended | None:
    edits: dict[str, list[Edit]] = {}
    for diagnostic in some:
        for edit in diagnostic.finding.fix:
            edits.setdefault(edit.anchor.source.path, []).append(edit)
    sources = {path: own[0].anchor.source for path, own in edits.items()}
    texts = {path: edited(sources[path].text, own) for path, own in edits.items()}
    sound = {path: text for path, text in texts.items() if text is not None}
    if len(sound) < len(texts):
        return None
    result = again(sound)
    after = _faults(result.diagnostics)
    expected = before.copy()
    expected.subtract(_faults(some))
    if any(count > expected[fault] for fault, count in after.items()):
        return None
    return Mended(tuple(some), sources, sound, result)


def _faults(diagnostics: Iterable[Diagnostic]) -> Counter[_Fault]:
    """Errors and warnings by what they are about, wherever their lines are by now."""
    return Counter(
        (d.rule, d.finding.primary.anchor.source.path, d.subject, d.finding.fault)
        for d in diagnostics
        if d.severity is not Severity.INFO
    )
