"""Ignore comments: `# upstreamlint: ignore[rule, rule] reason`, in YAML and nginx files alike.

Beside something, a comment counts for its line; on a line of its own, for the whole of what comes next: a
mapping, a block, a directive. It silences a finding if any of the finding's labels starts on a line that it
counts for, so it can stand at either end of a broken wire.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from upstreamlint.comments import Comment, find
from upstreamlint.config import unknown_rule
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.source import Anchor, Source
from upstreamlint.values import frozen

RULE = "unused-ignore"
MARK = "upstreamlint:"

_IGNORE = re.compile(r"#\s*upstreamlint:\s*ignore\s*\[([^\]\n]*)\]")
_NAME = re.compile(r"[^\s,]+")


class Named(NamedTuple):
    """A rule's name as a comment writes it."""

    rule: str
    anchor: Anchor


@frozen(kw_only=True)
class Ignore:
    """A comment, the rules that it names, and the lines that it counts for.

    A comment that cannot be understood names no rule and has a `fault`.
    """

    anchor: Anchor
    rules: tuple[Named, ...]
    first: int
    last: int
    fault: str = ""

    def covers(self, diagnostic: Diagnostic) -> bool:
        """Whether one of the diagnostic's labels starts on a line that the comment counts for."""
        path = self.anchor.source.path
        return any(
            label.anchor.source.path == path and self.first <= label.anchor.line <= self.last
            for label in diagnostic.labels
        )


class Applied(NamedTuple):
    """Diagnostics that remain, those that were silenced, and a diagnostic for each comment that did nothing."""

    kept: tuple[Diagnostic, ...]
    ignored: tuple[Diagnostic, ...]
    unused: tuple[Diagnostic, ...]


def comments(source: Source) -> list[Ignore]:
    """The ignore comments of a source, in order."""
    if MARK not in source.text:
        return []
    return [_ignore(source, comment) for comment in find(source, MARK)]


def _ignore(source: Source, comment: Comment) -> Ignore:
    anchor = Anchor(source, comment.start, comment.end)
    first, last = comment.lines
    found = _IGNORE.match(source.text, comment.start, comment.end)
    if found is None:
        fault = "this is no ignore comment: write `# upstreamlint: ignore[rule] reason`"
        return Ignore(anchor=anchor, rules=(), first=first, last=last, fault=fault)
    names = [
        Named(name.group(), Anchor(source, name.start(), name.end()))
        for name in _NAME.finditer(source.text, found.start(1), found.end(1))
    ]
    fault = "" if names else "this ignore comment names no rule"
    return Ignore(anchor=anchor, rules=tuple(names), first=first, last=last, fault=fault)


def apply(
    diagnostics: Iterable[Diagnostic],
    ignores: Collection[Ignore],
    *,
    ran: Collection[str],
    known: Collection[str],
) -> Applied:
    """Silence what the comments name.

    `ran` are the rules that ran: a comment for another one is not unused. `known` are all rules.
    """
    kept: list[Diagnostic] = []
    ignored: list[Diagnostic] = []
    used: set[Named] = set()
    by_path: dict[str, list[Ignore]] = {}
    for ignore in ignores:
        by_path.setdefault(ignore.anchor.source.path, []).append(ignore)
    for diagnostic in diagnostics:
        paths = {label.anchor.source.path for label in diagnostic.labels} if by_path else set()
        hits = [
            name
            for path in paths
            for ignore in by_path.get(path, ())
            for name in ignore.rules
            if name.rule == diagnostic.rule and ignore.covers(diagnostic)
        ]
        used.update(hits)
        (ignored if hits else kept).append(diagnostic)
    unused = [found for ignore in ignores for found in _unused(ignore, used, ran, known)]
    return Applied(tuple(kept), tuple(ignored), tuple(unused))


def _unused(
    ignore: Ignore, used: set[Named], ran: Collection[str], known: Collection[str]
) -> Iterable[Diagnostic]:
    if ignore.fault:
        yield _diagnostic(ignore.anchor, ignore.fault, "", "")
    for name in ignore.rules:
        if name in used:
            continue
        if name.rule not in known:
            yield _diagnostic(name.anchor, unknown_rule(name.rule, known), "", name.rule)
        elif name.rule in ran:
            message = f"nothing here needs `ignore[{name.rule}]`"
            yield _diagnostic(name.anchor, message, "remove the comment, or this rule from it", name.rule)


def _diagnostic(anchor: Anchor, message: str, remedy: str, fault: str) -> Diagnostic:
    finding = Finding(message=message, primary=Label(anchor, ""), subject=None, help=remedy, fault=fault)
    return Diagnostic(rule=RULE, severity=Severity.WARNING, finding=finding, subject="")
