"""Which fixes hold: a tree that is fixed is checked again, and a fix that only moves its fault is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from upstreamlint.finding import Diagnostic, Edit
from upstreamlint.mend.text import edited
from upstreamlint.run.result import Result
from upstreamlint.source import Source
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple, frozen

Again: TypeAlias = "Callable[[Mapping[str, str]], Result]"
"""Checks the tree with other texts for some paths."""

_Fault: TypeAlias = "tuple[str, str, str, str]"


class Left(NamedTuple):
    """A diagnostic whose fix does not hold, and what would be found instead."""

    diagnostic: Diagnostic
    instead: tuple[Diagnostic, ...]


@frozen
class Mended:
    """The diagnostics that are mended, the texts that do it by path, what the tree is like then, and what is left."""

    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    texts: Mapping[str, str]
    result: Result
    left: tuple[Left, ...] = ()


def choose(result: Result, wanted: Iterable[Diagnostic], again: Again) -> Mended:
    """Of the fixes of some diagnostics the most that hold together.

    All of them are tried at once; where that leaves one of their faults, or adds one that is as grave as one of theirs,
    they are tried by halves. What is less grave may be new: behind an error nobody looks at the warnings.
    """
    chosen = Mended((), {}, {}, result)
    left: list[Left] = []
    waiting = [[d for d in wanted if d.finding.fix]]
    while waiting:
        some = waiting.pop()
        tried, instead = _tried(some, chosen, again) if some else (chosen, ())
        if tried is not None:
            chosen = tried
        elif len(some) > 1:
            half = len(some) // 2
            waiting += [some[half:], some[:half]]
        else:
            left.append(Left(some[0], instead))
    return Mended(chosen.diagnostics, chosen.sources, chosen.texts, chosen.result, tuple(left))


def _tried(
    some: Sequence[Diagnostic], chosen: Mended, again: Again
) -> tuple[Mended | None, tuple[Diagnostic, ...]]:
    """The tree with some more fixes, or what speaks against them."""
    mended = (*chosen.diagnostics, *some)
    edits: dict[str, list[Edit]] = {}
    for edit in (edit for diagnostic in mended for edit in diagnostic.finding.fix):
        edits.setdefault(edit.anchor.source.path, []).append(edit)
    sources = {path: own[0].anchor.source for path, own in edits.items()}
    texts = {path: edited(sources[path].text, own) for path, own in edits.items()}
    sound = {path: text for path, text in texts.items() if text is not None}
    if len(sound) < len(texts):
        return None, ()
    result = again(sound)
    grave = max(d.severity.rank for d in some)
    before = Counter(_fault(d) for d in chosen.result.diagnostics)
    before.subtract(_fault(d) for d in some)
    added: list[Diagnostic] = []
    for diagnostic in result.diagnostics:
        before[_fault(diagnostic)] -= 1
        if before[_fault(diagnostic)] < 0 and diagnostic.severity.rank <= grave:
            added.append(diagnostic)
    return (None, tuple(added)) if added else (Mended(mended, sources, sound, result), ())


def _fault(diagnostic: Diagnostic) -> _Fault:
    """What a diagnostic is about, wherever its line is by now."""
    path = diagnostic.finding.primary.anchor.source.path
    return diagnostic.rule, path, diagnostic.subject, diagnostic.finding.fault
