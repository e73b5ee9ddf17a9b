"""One line a diagnostic, in the shape that editors and problem matchers parse."""

from __future__ import annotations

from upstreamlint.finding import Diagnostic
from upstreamlint.formats.columns import clean
from upstreamlint.formats.summary import summary
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.formats import Layout


def render(result: Result, layout: Layout) -> str:
    """A line for each diagnostic, then the summary."""
    lines = [line(d) for d in result.diagnostics]
    lines += summary(result, layout.painter, show_external=layout.show_external)
    return "\n".join(lines) + "\n"


def line(diagnostic: Diagnostic) -> str:
    """`path:line:column: severity: message [rule]`."""
    span = diagnostic.finding.primary.anchor.span
    where = f"{span.path}:{span.line}:{span.column}"
    return clean(f"{where}: {diagnostic.severity}: {diagnostic.finding.message} [{diagnostic.rule}]")
