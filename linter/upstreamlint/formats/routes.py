"""The table of routes and their answers, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.formats.columns import clean, width
from upstreamlint.formats.tool import NAME, version

_MARKS = {
    Outcome.ANSWERED: "ok",
    Outcome.PARTLY: "part",
    Outcome.DOUBTFUL: "?",
    Outcome.FAILS: "FAIL",
    Outcome.UNKNOWN: "-",
}


def as_text(answers: Sequence[RouteAnswer]) -> str:
    """One line a route: its mark, host, path, where it ends, what clients get, why, and where that is written."""
    rows = [
        (_MARKS[a.outcome], a.listener, a.match, ", ".join(a.ends) or "?", _answer(a), _why(a))
        for a in answers
    ]
    counts = ", ".join(
        f"{count} {outcome}" for outcome in Outcome if (count := sum(a.outcome is outcome for a in answers))
    )
    lines = _columns([("", "host", "path", "ends at", "answer", "why"), *rows])
    return "\n".join([*lines, "", f"{len(answers)} routes: {counts or 'none'}", ""])


_WIDEST = 60


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows with their cells below each other; a column that is very wide does not push the others away."""
    cleaned = [tuple(clean(cell) for cell in row) for row in rows]
    widths = [min(max(width(row[i]) for row in cleaned), _WIDEST) for i in range(len(cleaned[0]))]
    return [
        "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in cleaned
    ]


def as_json(answers: Sequence[RouteAnswer]) -> str:
    """The same for programs."""
    return (
        json.dumps(
            {
                "version": 1,
                "tool": {"name": NAME, "version": version()},
                "routes": [_route(a) for a in answers],
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def _answer(answer: RouteAnswer) -> str:
    if answer.symptom is None:
        return "answered" if answer.outcome is Outcome.ANSWERED else "unknown"
    part = f" for {answer.share:.0%}" if answer.share not in (None, 1.0) else ""
    some = " for some requests" if answer.share is None else ""
    return f"{answer.symptom}{part}{some}"


def _why(answer: RouteAnswer) -> str:
    if answer.fault is None:
        return answer.missing
    span = answer.fault.finding.primary.anchor.span
    return f"{answer.fault.rule} {span.path}:{span.line}"


def _route(answer: RouteAnswer) -> dict[str, Any]:
    span, symptom, fault = answer.anchor.span, answer.symptom, answer.fault
    why = None
    if fault is not None:
        place = fault.finding.primary.anchor.span
        why = {
            "rule": fault.rule,
            "severity": fault.severity.value,
            "message": fault.finding.message,
            "path": place.path,
            "line": place.line,
            "column": place.column,
        }
    return {
        "kind": answer.kind,
        "listener": answer.listener,
        "route": answer.match,
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "outcome": answer.outcome.value,
        "share": answer.share,
        "status": symptom.status if symptom else None,
        "flag": symptom.flag if symptom else "",
        "body": symptom.body if symptom else "",
        "log": symptom.log if symptom else "",
        "ends": list(answer.ends),
        "why": why,
        "missing": answer.missing,
    }
