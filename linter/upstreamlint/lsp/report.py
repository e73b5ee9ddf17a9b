"""Diagnostics as an editor shows them, and their fixes as edits of its texts."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types as lsp

from upstreamlint.finding import Diagnostic, Edit, Severity
from upstreamlint.formats.text import share
from upstreamlint.lsp.places import Encoding, location, range_of, uri
from upstreamlint.mend.text import words

SOURCE = "upstreamlint"
ROUTES = 5
"""So many routes that are hit are listed; the others are counted."""

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
}


def shown(found: Diagnostic, encoding: Encoding) -> lsp.Diagnostic:
    """A diagnostic with the answer that clients get, what to change, and the other ends of the wire."""
    finding = found.finding
    related = [(label.anchor, label.text or "see also") for label in finding.related]
    related += [
        (hit.anchor, f"`{hit.listener}` `{hit.route}` is hit{share(hit.share)}")
        for hit in found.affects[:ROUTES]
    ]
    return lsp.Diagnostic(
        range=range_of(finding.primary.anchor, encoding),
        severity=_SEVERITIES[found.severity],
        code=found.rule,
        source=SOURCE,
        message=message(found),
        related_information=[
            lsp.DiagnosticRelatedInformation(location(anchor, encoding), text) for anchor, text in related
        ],
        data=found.fingerprint,
    )


def message(found: Diagnostic) -> str:
    """The fault, then each of the rest on a line."""
    finding = found.finding
    symptom = finding.symptom
    lines = [finding.message]
    if symptom is not None:
        lines.append(f"{'answer' if symptom.status is not None else 'effect'}: {symptom}")
    lines += [
        f"{name}: {text}"
        for name, text in (("note", finding.note), ("assumes", finding.assumption), ("help", finding.help))
        if text
    ]
    return "\n".join(lines)


def workspace_edit(edits: Iterable[Edit], encoding: Encoding) -> lsp.WorkspaceEdit:
    """Edits of any files as one change."""
    changes: dict[str, list[lsp.TextEdit]] = {}
    for anchor, text in dict.fromkeys(edits):
        changes.setdefault(uri(anchor.source.path), []).append(lsp.TextEdit(range_of(anchor, encoding), text))
    return lsp.WorkspaceEdit(changes=dict(changes))


def quick_fix(found: Diagnostic, encoding: Encoding) -> lsp.CodeAction:
    """The fix of a diagnostic, by what it writes."""
    return lsp.CodeAction(
        title=f"{words(found.finding.fix)} [{found.rule}]",
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[shown(found, encoding)],
        is_preferred=True,
        edit=workspace_edit(found.finding.fix, encoding),
    )
