"""Addresses that stand in files, whoever reads them: those of a program that is read are told of what it dials, and no more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.references import Reference
from upstreamlint.source import Source
from upstreamlint.values import replace


def unread(references: Sequence[Reference]) -> Sequence[Reference]:
    """The references without those to written hosts that a program dials from the same line, or takes from the variable.

    What it takes from a variable is told where that is set, which is where it can be mended.
    """
    judged = [r for r in references if isinstance(r, Judgement)]
    written = [r for r in judged if r.dial.purpose is Purpose.WRITTEN]
    if not written:
        return references
    dialled = [r for r in judged if r.dial.purpose is not Purpose.WRITTEN]
    lines = {_where(r) for r in dialled}
    twice = {id(r) for r in written if _where(r) in lines}
    taken = _taken(dialled, [r for r in written if r.dial.variable and r.broken and id(r) not in twice])
    twice |= {id(one) for one in taken.values()}
    return [_moved(r, taken) for r in references if id(r) not in twice]


def _taken(dialled: Iterable[Judgement], written: Iterable[Judgement]) -> dict[int, Judgement]:
    """The judgements of what programs dial, by their identity, with what is told of the variable that they take it from."""
    by_host: dict[tuple[int, str, object], list[Judgement]] = {}
    for one in written:
        by_host.setdefault(_asked(one), []).append(one)
    found: dict[int, Judgement] = {}
    for one in dialled if by_host else ():
        for told in by_host.get(_asked(one), ()) if one.broken else ():
            line = one.anchor.source.line(one.anchor.line)
            if re.search(
                rf"\$\{{?{re.escape(told.dial.variable)}\b|env\.{re.escape(told.dial.variable)}\b", line
            ):
                found[id(one)] = told
    return found


def _moved(reference: Reference, taken: Mapping[int, Judgement]) -> Reference:
    told = taken.get(id(reference))
    if told is None or not isinstance(reference, Judgement):
        return reference
    here = (reference.anchor, f"dialled here, as `{told.dial.variable}`")
    return replace(reference, anchor=told.anchor, far_end=(here, *reference.far_end))


def _asked(judgement: Judgement) -> tuple[int, str, object]:
    return id(judgement.dial.caller.service), judgement.dial.host.lower(), judgement.obstacle


def _where(judgement: Judgement) -> tuple[Source, int, str]:
    return judgement.anchor.source, judgement.anchor.line, judgement.dial.host
