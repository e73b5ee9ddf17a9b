"""Ignore comments: `# upstreamlint: ignore[rule, rule] reason`, in YAML and nginx files alike.

Beside something, a comment counts for its line; on a line of its own, for the whole of what comes next: a
mapping, a block, a directive. It silences a finding if any of the finding's labels starts on a line that it
counts for, so it can stand at either end of a broken wire.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping

from upstreamlint import patterns
from upstreamlint.finding import Diagnostic, Finding, Label, Severity
from upstreamlint.settings.config import unknown_rule
from upstreamlint.source import Anchor, Source
from upstreamlint.suppression import MARK
from upstreamlint.suppression.comments import Comment, find
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple, frozen

RULE = "unused-ignore"

_IGNORE = patterns.compile(r"#\s*upstreamlint:\s*ignore\s*\[([^\]\n]*)\]")
_NAME = patterns.compile(r"[^\s,]+")


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


_Key: TypeAlias = tuple[str, str]
"""A file's path and a rule's name."""


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
    reaches = _reaches(ignores)
    found: dict[_Key, list[int]] = {key: [] for key in reaches}
    for diagnostic in diagnostics:
        silenced = False
        for label in diagnostic.labels if reaches else ():
            key = (label.anchor.source.path, diagnostic.rule)
            if key in reaches:
                line = label.anchor.line
                found[key].append(line)
                silenced |= _within(reaches[key], line)
        (ignored if silenced else kept).append(diagnostic)
    lines = {key: sorted(each) for key, each in found.items()}
    # One misspelling often stands in many comments, and looking for what was meant takes longer than all else.
    unknown = {n.rule for ignore in ignores for n in ignore.rules if n.rule not in known}
    said = {rule: unknown_rule(rule, known) for rule in unknown}
    unused = [one for ignore in ignores for one in _unused(ignore, lines, ran, said)]
    return Applied(tuple(kept), tuple(ignored), tuple(unused))


def _reaches(ignores: Iterable[Ignore]) -> dict[_Key, list[tuple[int, int]]]:
    """For each file and rule the stretches of lines that comments count for, sorted, none touching another."""
    stretches: dict[_Key, list[tuple[int, int]]] = {}
    for ignore in ignores:
        for name in ignore.rules:
            key = (ignore.anchor.source.path, name.rule)
            stretches.setdefault(key, []).append((ignore.first, ignore.last))
    for key, each in stretches.items():
        joined: list[tuple[int, int]] = []
        for first, last in sorted(each):
            if joined and first <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(last, joined[-1][1])
            else:
                joined.append((first, last))
        stretches[key] = joined
    return stretches


def _within(stretches: list[tuple[int, int]], line: int) -> bool:
    index = bisect_right(stretches, line, key=lambda s: s[0]) - 1
    return index >= 0 and line <= stretches[index][1]


def _unused(
    ignore: Ignore, lines: Mapping[_Key, list[int]], ran: Collection[str], unknown: Mapping[str, str]
) -> Iterable[Diagnostic]:
    if ignore.fault:
        yield _diagnostic(ignore.anchor, ignore.fault, "", "")
    for name in ignore.rules:
        silenced = lines[ignore.anchor.source.path, name.rule]
        at = bisect_left(silenced, ignore.first)
        if at < len(silenced) and silenced[at] <= ignore.last:
            continue
        if name.rule in unknown:
            yield _diagnostic(name.anchor, unknown[name.rule], "", name.rule)
        elif name.rule in ran:
            message = f"nothing here needs `ignore[{name.rule}]`"
            yield _diagnostic(name.anchor, message, "remove the comment, or this rule from it", name.rule)


def _diagnostic(anchor: Anchor, message: str, remedy: str, fault: str) -> Diagnostic:
    finding = Finding(message=message, primary=Label(anchor, ""), subject=None, help=remedy, fault=fault)
    return Diagnostic(rule=RULE, severity=Severity.WARNING, finding=finding, subject="")
