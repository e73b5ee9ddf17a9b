"""GitLab's Code Quality report."""

from __future__ import annotations

import json

from upstreamlint.finding import Diagnostic
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

_LEVELS = {"error": "major", "warning": "minor", "info": "info"}


def render(result: Result, _layout: Layout) -> str:
    """A JSON list with an object for each diagnostic."""
    return json.dumps([_issue(d) for d in result.diagnostics], indent=2) + "\n"


def _issue(diagnostic: Diagnostic) -> dict[str, Any]:
    finding = diagnostic.finding
    span = finding.primary.anchor.span
    symptom = f" ({finding.symptom})" if finding.symptom is not None else ""
    return {
        # GitLab does not show the name of the check.
        "description": f"{diagnostic.rule}: {finding.message}{symptom}",
        "check_name": diagnostic.rule,
        "fingerprint": diagnostic.fingerprint,
        "severity": _LEVELS[diagnostic.severity],
        "location": {"path": span.path, "lines": {"begin": span.line, "end": span.end_line}},
    }
