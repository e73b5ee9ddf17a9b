"""Known findings that a team has decided to live with for now.

The file is a sorted YAML list without line numbers, made to be read in a review: an entry goes stale when
its fault is mended, not when lines move.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.readable import decode
from upstreamlint.finding import Diagnostic
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple

DEFAULT = ".upstreamlint-baseline.yaml"
"""The file that is read when it is there and no other is named."""

_HEAD = "# Findings that are known and accepted. Written by `upstreamlint check --write-baseline`.\n"


class Entry(NamedTuple):
    """One accepted finding; `fingerprint` decides, the rest is for the reader."""

    path: str
    rule: str
    subject: str
    fingerprint: str


class Applied(NamedTuple):
    """Diagnostics that remain, those that the baseline holds, and entries that match nothing any more."""

    kept: tuple[Diagnostic, ...]
    baselined: tuple[Diagnostic, ...]
    stale: tuple[Entry, ...]


def entry(diagnostic: Diagnostic) -> Entry:
    """The entry of a diagnostic."""
    path = diagnostic.finding.primary.anchor.source.path
    return Entry(path, diagnostic.rule, diagnostic.subject, diagnostic.fingerprint)


def write(diagnostics: Iterable[Diagnostic]) -> str:
    """The text of a baseline that holds these diagnostics."""
    entries = sorted(set(map(entry, diagnostics)))
    if not entries:
        return f"{_HEAD}[]\n"
    return _HEAD + "".join(map(_item, entries))


def _item(shown: Entry) -> str:
    # A JSON string is a YAML string, whatever it holds.
    path, subject = (json.dumps(text, ensure_ascii=False) for text in (shown.path, shown.subject))
    return (
        f'- rule: {shown.rule}\n  path: {path}\n  subject: {subject}\n  fingerprint: "{shown.fingerprint}"\n'
    )


def load(path: str) -> tuple[Entry, ...]:
    """Read a baseline file.

    Raises:
        UsageError: it cannot be read, or is no baseline.
    """
    try:
        text = decode(asked.content(path))
    except OSError as error:
        raise UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error
    return read(path, text or "")


def read(path: str, text: str) -> tuple[Entry, ...]:
    """The entries in a baseline's text.

    Raises:
        UsageError: it is no baseline.
    """
    from upstreamlint.readers import yaml

    reading = yaml.read(Source(path, text))
    for fault in reading.faults:
        raise UsageError(f"`{path}` is no YAML: line {fault.anchor.line}: {fault.message}")
    root = reading.documents[0].root if reading.documents else None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        return ()
    items = [_entry(item) for item in root] if isinstance(root, Sequence) else [None]
    if any(item is None for item in items):
        raise UsageError(f"`{path}` is no baseline: write a new one with `--write-baseline`")
    return tuple(item for item in items if item is not None)


def _entry(item: Node) -> Entry | None:
    if not isinstance(item, Mapping):
        return None
    texts = [item.scalar(name) for name in Entry._fields]
    return Entry(*(text.value for text in texts if text is not None)) if all(texts) else None


def apply(diagnostics: Iterable[Diagnostic], entries: Iterable[Entry]) -> Applied:
    """Take out the diagnostics that the baseline holds."""
    accepted = {known.fingerprint: known for known in entries}
    kept: list[Diagnostic] = []
    baselined: list[Diagnostic] = []
    seen: set[str] = set()
    for diagnostic in diagnostics:
        fingerprint = diagnostic.fingerprint
        seen.add(fingerprint)
        (baselined if fingerprint in accepted else kept).append(diagnostic)
    stale = tuple(known for known in accepted.values() if known.fingerprint not in seen)
    return Applied(tuple(kept), tuple(baselined), stale)
