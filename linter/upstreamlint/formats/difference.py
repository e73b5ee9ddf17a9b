"""What a change does to the routes, as text, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator

from upstreamlint.answers.difference import Change, Difference, RouteChange
from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.formats import routes
from upstreamlint.formats.columns import clean
from upstreamlint.formats.markdown import code, escaped
from upstreamlint.formats.summary import plural
from upstreamlint.formats.tool import NAME, version

MARKER = "<!-- upstreamlint diff -->"
"""The first line of every comment: whoever posts one finds the earlier one by it."""

SHOWN = 200
"""So many changes are written out as Markdown: a comment has a limit of 65,536 characters."""

_ENDED = (Change.MOVED, Change.SHARE)

Names = tuple[str, str]


def as_text(found: Difference, names: Names) -> str:
    """Two lines a changed route: what it was and is; then the place that decides."""
    wide = max((len(change.change) for change in found.changes), default=0)
    lines = []
    for change in found.changes:
        lines.append(f"{change.change:<{wide}}  {title(change.route)}: {turn(change)}")
        lines += [f"{'':<{wide}}    {line}" for line in _where(change)]
    return "\n".join(map(clean, [*lines, *([""] if lines else []), summary(found, names)])) + "\n"


def as_markdown(found: Difference, names: Names) -> str:
    """A table of the changed routes, under a marker that stays the same."""
    stopped = sum(change.stops for change in found.changes)
    verdict = (
        f"{plural(stopped, 'route')} stop{'s' if stopped == 1 else ''} being answered" if stopped else ""
    )
    quiet = "no route changes" if not found.changes else "no answered route is lost"
    blocks = [MARKER, f"### upstreamlint: {verdict or quiet}"]
    if found.changes:
        rows = [_row(change) for change in found.changes[:SHOWN]]
        blocks.append("\n".join(["| | route | before → after | why |", "|---|---|---|---|", *rows]))
    more = len(found.changes) - SHOWN
    if more > 0:
        blocks.append(f"… and {plural(more, 'more change')}")
    blocks.append(escaped(summary(found, names)))
    return "\n\n".join(blocks) + "\n"


def as_json(found: Difference, names: Names) -> str:
    """The same for programs; `before` and `after` are as `upstreamlint routes --format json` has them."""
    counts = Counter(change.change for change in found.changes)
    data = {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "before": names[0],
        "after": names[1],
        "changes": [
            {
                "change": change.change.value,
                "stops": change.stops,
                "listener": change.route.listener,
                "route": change.route.match,
                "before": routes.route(change.before) if change.before else None,
                "after": routes.route(change.after) if change.after else None,
            }
            for change in found.changes
        ],
        "summary": {
            "before": found.before,
            "after": found.after,
            "unchanged": found.same,
            **{kind.value: counts[kind] for kind in Change},
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


FORMS: dict[str, Callable[[Difference, Names], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}


def summary(found: Difference, names: Names) -> str:
    """How many routes there are, and how many of each change."""
    counts = Counter(change.change for change in found.changes)
    parts = [f"{counts[kind]} {kind}" for kind in Change if counts[kind]]
    changed = ", ".join(parts) or "none changes"
    before, after = names
    return f"{before} to {after}: {plural(found.before, 'route')} before, {found.after} after: {changed}"


def title(answer: RouteAnswer) -> str:
    """A route as people say it; what is no name of the network comes with the object that holds it."""
    match = answer.match if answer.match.startswith("/") or not answer.match else f" {answer.match}"
    shown = answer.listener + ("" if match == " *" else match)
    owner = "" if "." in answer.listener and " " not in answer.listener else answer.owner
    place = ", ".join(filter(None, (owner, answer.release)))
    return f"{shown} ({place})" if place else shown


def turn(change: RouteChange) -> str:
    """What it was, and is."""
    old, new = change.before, change.after
    if old is None or new is None:
        return said(change.route)
    if change.change in _ENDED and old.ends != new.ends:
        return f"{_leads(old)} → {_leads(new)}"
    if change.change is Change.MOVED:
        return f"{old.missing or _leads(old)} → {new.missing or _leads(new)}"
    before, after = routes.answer(old, short=True), routes.answer(new, short=True)
    if new.fault is not None:
        return f"{before} → {after} ({new.fault.finding.message})"
    if new.missing and new.outcome is Outcome.UNKNOWN:
        return f"{before} → {after} ({new.missing})"
    at = f" by {_leads(new)}" if new.outcome is Outcome.ANSWERED and {*old.ends} != {*new.ends} else ""
    return f"{before} → {after}{at}"


def said(answer: RouteAnswer) -> str:
    """What a route answers, by whom, and why."""
    ends = routes.ends(answer)
    if answer.fault is not None:
        return f"{routes.answer(answer, short=True)} ({answer.fault.finding.message})"
    if answer.outcome is Outcome.ANSWERED:
        return f"answered by {ends}"
    return f"unknown ({answer.missing})"


def _leads(answer: RouteAnswer) -> str:
    return routes.ends(answer) or answer.missing or "nobody"


def _where(change: RouteChange) -> Iterator[str]:
    """The place that decides: the fault, where it fails, or the route."""
    answer = change.after
    if answer is None:
        return
    if answer.fault is not None:
        span = answer.fault.finding.primary.anchor.span
        yield f"{span.path}:{span.line}: {answer.fault.rule}"
        if answer.fault.finding.help:
            yield f"help: {answer.fault.finding.help.splitlines()[0]}"
    else:
        span = answer.anchor.span
        yield f"{span.path}:{span.line}"


_BAR = re.compile(r"(?<!\\)\|")
"""A bar that would end a cell; in a span of code, too."""

_MARKS = {Change.BREAKS: "❌", Change.FAILS: "❌", Change.DOUBT: "⚠️", Change.MENDED: "✅"}


def _row(change: RouteChange) -> str:
    mark = _MARKS.get(change.change, "")
    answer = change.after
    why = ""
    if answer is not None and answer.fault is not None:
        span = answer.fault.finding.primary.anchor.span
        why = f"{code(answer.fault.rule)} {code(f'{span.path}:{span.line}')}"
    cells = (f"{mark} {change.change}".strip(), code(title(change.route)), escaped(turn(change)), why)
    return "| " + " | ".join(_BAR.sub(r"\\|", " ".join(cell.split())) for cell in cells) + " |"
