"""Addresses that stand in files, whoever reads them: those of a program that is read are told of what it dials, and no more."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.references import Reference
from upstreamlint.source import Source


def unread(references: Sequence[Reference]) -> Sequence[Reference]:
    """The references without those to written hosts that a program dials from the same line."""
    judged = [r for r in references if isinstance(r, Judgement)]
    written = [r for r in judged if r.dial.purpose is Purpose.WRITTEN]
    if not written:
        return references
    dialled = {_where(r) for r in judged if r.dial.purpose is not Purpose.WRITTEN}
    twice = {id(r) for r in written if _where(r) in dialled}
    return [r for r in references if id(r) not in twice]


def _where(judgement: Judgement) -> tuple[Source, int, str]:
    return judgement.anchor.source, judgement.anchor.line, judgement.dial.host
