"""Workflow commands that GitHub Actions turns into annotations."""

from __future__ import annotations

from upstreamlint.finding import Diagnostic
from upstreamlint.formats.columns import clean, clean_lines
from upstreamlint.formats.concise import line
from upstreamlint.formats.summary import summary
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

_LEVELS = {"error": "error", "warning": "warning", "info": "notice"}


def render(result: Result, layout: Layout) -> str:
    """An annotation for each diagnostic, then the summary for the log."""
    lines = [_annotation(d) for d in result.diagnostics]
    lines += summary(result, layout.painter, show_external=layout.show_external)
    return "\n".join(lines) + "\n"


def _annotation(diagnostic: Diagnostic) -> str:
    finding = diagnostic.finding
    span = finding.primary.anchor.span
    properties = {"title": f"{diagnostic.rule}", "file": clean(span.path), "line": span.line}
    if span.line == span.end_line:
        # GitHub takes columns for places on one line only.
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["endLine"] = span.end_line
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    # The log hides the properties, so the message says the place again.
    message = [line(diagnostic)]
    message += [_place(label.anchor.span, label.text) for label in finding.related]
    message += [clean(f"answer: {finding.symptom}")] if finding.symptom is not None else []
    message += [clean(f"assumes: {finding.assumption}")] if finding.assumption else []
    message += [clean_lines(f"help: {finding.help}")] if finding.help else []
    return f"::{_LEVELS[diagnostic.severity]} {listed}::{_data(chr(10).join(message))}"


def _place(span: tuple[str, int, int, int, int], text: str) -> str:
    path, number, column, *_ = span
    return clean(f"  {path}:{number}:{column}: {text}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
