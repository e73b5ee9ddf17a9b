"""SARIF 2.1.0, with what GitHub's code scanning reads of it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from upstreamlint.finding import Affected, Diagnostic, Edit, Label
from upstreamlint.formats.tool import NAME, version
from upstreamlint.mend.text import words
from upstreamlint.rules import Rule
from upstreamlint.run.result import Result
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "info": "recommendation"}
_TEXT = 1024
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(result: Result, _layout: Layout) -> str:
    """The result as a SARIF log of one run."""
    severities = {d.rule: d.severity.value for d in reversed(result.diagnostics)}
    rules = [_rule(name, result.rules.get(name), severities[name]) for name in sorted(severities)]
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": NAME, "version": version(), "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, index[d.rule]) for d in result.diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, rule: Rule | None, found: str) -> dict[str, Any]:
    summary = rule.summary if rule else name
    doc = rule.doc if rule else name
    level = rule.severity.value if rule else found
    return {
        "id": name,
        "name": name,
        "shortDescription": {"text": summary[:_TEXT]},
        "fullDescription": {"text": summary[:_TEXT]},
        "help": {"text": doc[:_TEXT], "markdown": doc},
        "defaultConfiguration": {"level": _LEVELS[level]},
        "properties": {
            "tags": [rule.group] if rule and rule.group else [],
            "precision": "high",
            "problem.severity": _PROBLEMS[level],
        },
    }


def _result(diagnostic: Diagnostic, rule_index: int) -> dict[str, Any]:
    finding = diagnostic.finding
    result: dict[str, Any] = {
        "ruleId": diagnostic.rule,
        "ruleIndex": rule_index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _message(diagnostic)},
        "locations": [_location(finding.primary.anchor)],
        "partialFingerprints": {"upstreamlint/v1": diagnostic.fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_labelled(label)} for number, label in enumerate(finding.related, start=1)
        ]
    if finding.fix:
        result["fixes"] = [_fix(finding.fix)]
    flows = [_flow(affected) for affected in diagnostic.affects if affected.chain]
    if flows:
        result["codeFlows"] = flows
    return result


def _fix(edits: Iterable[Edit]) -> dict[str, Any]:
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in edits:
        span = edit.anchor.span
        region = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
        replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
        changes.setdefault(_uri(span.path), []).append(replacement)
    return {
        "description": {"text": words(edits)},
        "artifactChanges": [
            {"artifactLocation": {"uri": uri}, "replacements": made} for uri, made in changes.items()
        ],
    }


def _message(diagnostic: Diagnostic) -> str:
    """The fault first, since it may be all that shows; related places are shown when the text links to them."""
    finding = diagnostic.finding
    sentences = [finding.message]
    if finding.primary.text:
        sentences.append(_escaped(finding.primary.text))
    sentences += [
        f"[{_escaped(label.text or 'see also')}]({number})"
        for number, label in enumerate(finding.related, start=1)
    ]
    if finding.symptom is not None:
        sentences.append(f"Answer: {finding.symptom}")
    sentences += [
        text for text in (finding.note, finding.assumption and f"Assumes: {finding.assumption}") if text
    ]
    if finding.help:
        sentences.append(f"Help: {finding.help}")
    return ". ".join(sentences)


def _escaped(text: str) -> str:
    """Text whose brackets do not make a link."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _location(anchor: Anchor) -> dict[str, Any]:
    """A place on one line: an annotation shows only where all of its lines were changed."""
    span = anchor.span
    end = span.end_column if span.end_line == span.line else len(anchor.source.line(span.line)) + 1
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.line,
        "endColumn": max(end, span.column + 1),
    }
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(span.path)}, "region": region}}


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, errors="surrogateescape")


def _labelled(label: Label) -> dict[str, Any]:
    return {**_location(label.anchor), "message": {"text": label.text}}


def _flow(affected: Affected) -> dict[str, Any]:
    hops: Iterable[Label] = affected.chain
    return {
        "message": {"text": f"{affected.listener} {affected.route}"},
        "threadFlows": [{"locations": [{"location": _labelled(hop)} for hop in hops]}],
    }
