"""Templates and values that Helm's engine cannot parse, so that it renders nothing of their chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.charts.chart import Chart
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join
from upstreamlint.graph.problems import SyntaxProblem
from upstreamlint.numerals import decimal
from upstreamlint.readers import yaml
from upstreamlint.render.helm_local import local, place_of
from upstreamlint.source import Anchor

_FILLED_IN = patterns.compile(r"\{\{|:[ \t]{1,99}[%@]")
"""What a tool fills in: YAML begins no value with `%` or `@`."""
_SAID = patterns.compile(r"parse error at \(([^():]{1,400}):(\d{1,7})\): (.{1,300})")


def unread(chart: Chart, files: Files) -> Iterator[SyntaxProblem]:
    """The places where the own files of a chart, and of those below it, are no YAML: an alias of what no anchor names, a tab."""
    for one in chart.below():
        for file in (CHART, "values.yaml"):
            source = files.source(join(one.folder, file))
            for fault in yaml.read(source).faults if source is not None else ():
                line = fault.anchor.source.line(fault.anchor.line)
                if not fault.repeated and not _FILLED_IN.search(line):
                    yield SyntaxProblem(
                        fault.anchor, fault.message, fault.related, help="Helm renders nothing of the chart"
                    )


def unparsed(folder: str, errors: Sequence[str], files: Files) -> Iterator[SyntaxProblem]:
    """The places of templates that the engine's words about a chart name."""
    for template, line, why in dict.fromkeys(found.groups() for e in errors if (found := _SAID.search(e))):
        source = files.source(place_of(folder, local(folder, files), template.partition("/")[2]))
        number = decimal(line)
        if source is not None and number and source.line(number):
            start = source.line_starts[number - 1]
            text = source.line(number)
            place = Anchor(source, start + len(text) - len(text.lstrip()), start + len(text))
            yield SyntaxProblem(
                place, f"this is no template: {why}", help="Helm renders nothing of the chart"
            )
