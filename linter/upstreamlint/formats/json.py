"""JSON, version 1. Other tools build on it: keys are added, never renamed or removed."""

from __future__ import annotations

import json

from upstreamlint.finding import Affected, Diagnostic, Edit, Label, Severity
from upstreamlint.formats.tool import NAME, version
from upstreamlint.run.result import Result
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

VERSION = 1


def render(result: Result, layout: Layout) -> str:
    """The result as one JSON object; ASCII only, so that no terminal or pipe can spoil it."""
    covered = result.coverage
    report: dict[str, Any] = {
        "version": VERSION,
        "tool": {"name": NAME, "version": version()},
        "diagnostics": [_diagnostic(d) for d in result.diagnostics],
        "summary": {
            "errors": result.count(Severity.ERROR),
            "warnings": result.count(Severity.WARNING),
            "infos": result.count(Severity.INFO),
            "ignored": len(result.ignored),
            "baselined": len(result.baselined),
            "files": covered.files,
            "routes": covered.routes,
            "clusters": covered.clusters,
            "workloads": covered.workloads,
            "external": len(covered.external),
            "skipped": [skipped._asdict() for skipped in covered.skipped],
        },
    }
    if layout.show_external:
        report["external"] = [external._asdict() for external in covered.external]
    return json.dumps(report, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    finding = diagnostic.finding
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity.value,
        "message": finding.message,
        **_span(finding.primary.anchor),
        "label": finding.primary.text,
        "symptom": None if finding.symptom is None else finding.symptom._asdict(),
        "related": [_label(label) for label in finding.related],
        "affects": [_affected(affected) for affected in diagnostic.affects],
        "note": finding.note,
        "assumption": finding.assumption,
        "help": finding.help,
        "fix": _fix(finding.fix),
        "subject": diagnostic.subject,
        "fingerprint": diagnostic.fingerprint,
    }


def _fix(edits: tuple[Edit, ...]) -> dict[str, Any] | None:
    """The characters of each place become `text`."""
    return {"edits": [{**_span(edit.anchor), "text": edit.text} for edit in edits]} if edits else None


def _span(anchor: Anchor) -> dict[str, Any]:
    return anchor.span._asdict()


def _label(label: Label) -> dict[str, Any]:
    return {**_span(label.anchor), "message": label.text}


def _affected(affected: Affected) -> dict[str, Any]:
    span = affected.anchor.span
    return {
        "listener": affected.listener,
        "route": affected.route,
        "share": affected.share,
        "path": span.path,
        "line": span.line,
        "chain": [_label(hop) for hop in affected.chain],
    }
