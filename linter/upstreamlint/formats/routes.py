"""The table of routes and their answers, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.answers.ways import is_split
from upstreamlint.formats.columns import clean, width
from upstreamlint.formats.tool import NAME, version
from upstreamlint.typed import Any

_MARKS = {
    Outcome.ANSWERED: "ok",
    Outcome.PARTLY: "part",
    Outcome.DOUBTFUL: "?",
    Outcome.FAILS: "FAIL",
    Outcome.UNKNOWN: "-",
}


def as_text(answers: Sequence[RouteAnswer]) -> str:
    """One line a route: its mark, host, path, where it ends, what clients get, why, and where that is written."""
    several = len({a.release for a in answers}) > 1
    rows = [
        (
            _MARKS[a.outcome],
            a.listener,
            a.match,
            *([a.release or "."] if several else []),
            ends(a) or "?",
            answer(a),
            _why(a),
        )
        for a in answers
    ]
    counts = ", ".join(
        f"{count} {outcome}" for outcome in Outcome if (count := sum(a.outcome is outcome for a in answers))
    )
    head = ("", "host", "path", *(["release"] if several else []), "ends at", "answer", "why")
    lines = _columns([head, *rows])
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
                "routes": [route(a) for a in answers],
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


def ends(answer: RouteAnswer) -> str:
    """What runs at the end of a route, with shares where there are several."""
    apart = is_split(answer.ends)
    return ", ".join(f"{e.name} {e.share:.0%}" if apart else e.name for e in answer.ends)


def answer(found: RouteAnswer, *, short: bool = False) -> str:
    """What clients get; in short, without what the proxy logs beside it."""
    if found.symptom is None:
        return "answered" if found.outcome is Outcome.ANSWERED else "unknown"
    symptom = found.symptom._replace(log="") if short and found.symptom.status else found.symptom
    part = f" for {found.share:.0%}" if found.share not in (None, 1.0) else ""
    some = " for some requests" if found.share is None else ""
    doubt = "in doubt: " if short and found.outcome is Outcome.DOUBTFUL else ""
    return f"{doubt}{symptom}{part}{some}"


def _why(answer: RouteAnswer) -> str:
    if answer.fault is None:
        return answer.missing
    span = answer.fault.finding.primary.anchor.span
    return f"{answer.fault.rule} {span.path}:{span.line}"


def route(answer: RouteAnswer) -> dict[str, Any]:
    """A route and its answer as plain data."""
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
        "owner": answer.owner,
        "release": answer.release,
        "ends": [end.name for end in answer.ends],
        "shares": [end.share for end in answer.ends],
        "why": why,
        "missing": answer.missing,
    }
