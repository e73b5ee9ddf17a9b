"""JUnit's XML, for CI systems that show test results."""

from __future__ import annotations

from itertools import groupby
from xml.etree import ElementTree as ET

from upstreamlint.finding import Diagnostic
from upstreamlint.formats.columns import clean
from upstreamlint.formats.concise import line
from upstreamlint.formats.summary import verdict
from upstreamlint.formats.tool import NAME
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.formats import Layout


def render(result: Result, _layout: Layout) -> str:
    """A suite for each file, a failed case for each diagnostic; a clean run is one case that passed."""
    count = str(len(result.diagnostics))
    root = ET.Element("testsuites", name=NAME, tests=str(max(len(result.diagnostics), 1)), failures=count)
    if not result.diagnostics:
        suite = ET.SubElement(root, "testsuite", name=NAME, tests="1", failures="0")
        ET.SubElement(suite, "testcase", name=verdict(result), classname=NAME)
    for path, group in groupby(result.diagnostics, key=lambda d: d.finding.primary.anchor.source.path):
        found = list(group)
        size = str(len(found))
        suite = ET.SubElement(root, "testsuite", name=clean(path), tests=size, failures=size)
        for diagnostic in found:
            _case(suite, diagnostic)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, diagnostic: Diagnostic) -> None:
    finding = diagnostic.finding
    span = finding.primary.anchor.span
    case = ET.SubElement(
        suite,
        "testcase",
        name=diagnostic.rule,
        classname=clean(span.path),
        line=str(span.line),
        column=str(span.column),
    )
    failure = ET.SubElement(case, "failure", message=clean(finding.message), type=diagnostic.severity.value)
    details = [line(diagnostic)]
    details += [f"{label.anchor.source.path}:{label.anchor.line}: {label.text}" for label in finding.related]
    details += [f"answer: {finding.symptom}"] if finding.symptom is not None else []
    details += [f"help: {finding.help}"] if finding.help else []
    failure.text = "\n".join(map(clean, details))
