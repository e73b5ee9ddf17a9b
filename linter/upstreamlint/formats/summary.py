"""The last lines of a report for people: what was found, and what was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint.finding import Severity
from upstreamlint.formats.columns import clean
from upstreamlint.formats.paint import Painter
from upstreamlint.run.result import Coverage, Result, Skipped

NAMED = 3
"""So many skipped paths are named for each reason; the others are counted."""

GROUPED_FROM = 6
"""From so many diagnostics on, they are also counted by rule."""


def plural(count: int, word: str) -> str:
    """A count with its noun."""
    if count != 1:
        word += "es" if word.endswith("s") else "s"
    return f"{count} {word}"


def coverage(covered: Coverage) -> str:
    """What a run looked at."""
    parts = [
        plural(covered.routes, "route"),
        plural(covered.clusters, "cluster"),
        plural(covered.workloads, "workload"),
    ]
    return f"{plural(covered.files, 'file')} ({', '.join(parts)})"


def verdict(result: Result) -> str:
    """How much was found, in what."""
    counts = [(result.count(level), level) for level in Severity]
    found = [f"{count} info" if level == "info" else plural(count, level) for count, level in counts if count]
    return f"{', '.join(found) or 'no findings'} in {coverage(result.coverage)}"


def summary(result: Result, painter: Painter, *, show_external: bool) -> Iterator[str]:
    """Counts by rule when there are many, the verdict, and whatever the verdict does not cover."""
    if len(result.diagnostics) >= GROUPED_FROM:
        yield from _by_rule(result, painter)
        yield ""
    worst = min((d.severity for d in result.diagnostics), key=lambda s: s.rank, default=None)
    line = verdict(result)
    yield painter.level(worst, line) if worst else painter.good(line)
    silenced = [(len(result.ignored), "ignored"), (len(result.baselined), "in the baseline")]
    if any(count for count, _ in silenced):
        yield ", ".join(f"{count} {word}" for count, word in silenced if count)
    if any(d.finding.fix for d in result.diagnostics):
        yield "fixes: --diff shows them, --fix writes them"
    yield from _external(result.coverage, show=show_external)
    yield from _skipped(result.coverage)


def _by_rule(result: Result, painter: Painter) -> Iterator[str]:
    counts = Counter((d.severity, d.rule) for d in result.diagnostics)
    rows = sorted(counts.items(), key=lambda item: (item[0][0].rank, -item[1], item[0][1]))
    digits = len(str(max(counts.values())))
    for (severity, rule), count in rows:
        yield f"{count:>{digits}} {painter.level(severity, severity.value)}{' ' * (8 - len(severity))}{rule}"


def _external(covered: Coverage, *, show: bool) -> Iterator[str]:
    count = len(covered.external)
    if not count:
        return
    leave = f"{plural(count, 'reference')} {'leaves' if count == 1 else 'leave'} these files"
    if not show:
        yield f"{leave} (--show-external lists {'it' if count == 1 else 'them'})"
        return
    yield f"{leave}:"
    for wanted, owner, path, line in covered.external:
        yield clean(f"  {path}:{line}: {owner} wants `{wanted}`")


def _skipped(covered: Coverage) -> Iterator[str]:
    """A line for each path that carries traffic, then one for each kind of reason.

    Where the paths of a kind have reasons of their own, the first is told.
    """
    kinds: dict[str, list[Skipped]] = {}
    for skipped in covered.skipped:
        if skipped.needed:
            yield clean(f"not read: {skipped.path} ({skipped.reason})")
            continue
        kinds.setdefault(skipped.reason.partition(": ")[0], []).append(skipped)
    for kind, found in kinds.items():
        reasons = {skipped.reason for skipped in found}
        more = len(found) - NAMED
        if len(reasons) > 1 and more > 0:
            first = found[0]
            text = f"{len(found)} paths ({kind}), the first: {first.path} ({first.reason})"
        else:
            named = ", ".join(s.path for s in found[:NAMED]) + (f" and {more} more" if more > 0 else "")
            text = f"{named} ({found[0].reason if len(reasons) == 1 else kind})"
        yield clean(f"not read: {text}")
