"""What a change does to the routes, as text, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from upstreamlint import patterns
from upstreamlint.answers.difference import Change, Difference, RouteChange
from upstreamlint.answers.routes import Outcome, RouteAnswer
from upstreamlint.formats import routes
from upstreamlint.formats.columns import clean
from upstreamlint.formats.markdown import code, escaped
from upstreamlint.formats.summary import plural
from upstreamlint.formats.tool import NAME, version
from upstreamlint.source import Anchor

MARKER = "<!-- upstreamlint diff -->"
"""The first line of every comment: whoever posts one finds the earlier one by it."""

SHOWN = 80
"""So many rows are written as Markdown: a comment has a limit of 65,536 characters."""

LISTED = 6
"""So many of the routes that change alike are named."""

_ENDED = (Change.MOVED, Change.SHARE)

Names = tuple[str, str]


def as_text(found: Difference, names: Names) -> str:
    """For routes that change alike: what they were and are; the place that decides; which they are."""
    wide = max((len(change.change) for change in found.changes), default=0)
    lines = []
    for alike in together(found.changes):
        titles = _titles(alike)
        many = len(titles) > 1
        shown = plural(len(titles), "route") if many else titles[0]
        lines.append(f"{alike[0].change:<{wide}}  {shown}: {turn(alike[0])}")
        rest = [*_where(alike[0]), *(_listed(titles) if many else ())]
        lines += [f"{'':<{wide}}    {line}" for line in rest]
    return "\n".join(map(clean, [*lines, *([""] if lines else []), summary(found, names)])) + "\n"


def together(changes: Sequence[RouteChange]) -> list[list[RouteChange]]:
    """Changes that read alike, in the order of the first of each."""
    groups: dict[tuple[str, ...], list[RouteChange]] = {}
    for change in changes:
        groups.setdefault((change.change, turn(change), *_where(change)), []).append(change)
    return list(groups.values())


def _titles(alike: Sequence[RouteChange]) -> list[str]:
    """The names of routes, each once."""
    return list(dict.fromkeys(title(change.route) for change in alike))


def _listed(titles: Sequence[str]) -> Iterator[str]:
    yield from titles[:LISTED]
    if len(titles) > LISTED:
        yield f"and {len(titles) - LISTED} more"


def as_markdown(found: Difference, names: Names) -> str:
    """A table of the changed routes, under a marker that stays the same."""
    stopped = sum(change.stops for change in found.changes)
    verdict = (
        f"{plural(stopped, 'route')} stop{'s' if stopped == 1 else ''} being answered" if stopped else ""
    )
    quiet = "no route changes" if not found.changes else "no answered route is lost"
    blocks = [MARKER, f"### upstreamlint: {verdict or quiet}"]
    groups = together(found.changes)
    if groups:
        rows = [_row(alike) for alike in groups[:SHOWN]]
        blocks.append("\n".join(["| | route | before → after | why |", "|---|---|---|---|", *rows]))
    more = sum(map(len, groups[SHOWN:]))
    if more:
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
    return f"{before} → {after}"


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
    """The place that decides: the fault, where there is or was one, or the route."""
    answer = change.after
    if answer is None:
        return
    was = change.before.fault if change.before is not None else None
    if answer.fault is not None:
        yield f"{_place(answer.fault.finding.primary.anchor)}: {answer.fault.rule}"
        if answer.fault.finding.help:
            yield f"help: {answer.fault.finding.help.splitlines()[0]}"
    elif was is not None:
        yield f"was {was.rule}: {was.finding.message}"
    else:
        yield _place(answer.anchor)


def _place(anchor: Anchor) -> str:
    return f"{anchor.source.path}:{anchor.line}"


_BAR = patterns.compile(r"(?<!\\)\|")
"""A bar that would end a cell; in a span of code, too."""

_MARKS = {Change.BREAKS: "❌", Change.FAILS: "❌", Change.DOUBT: "⚠️", Change.MENDED: "✅"}


def _row(alike: Sequence[RouteChange]) -> str:
    change = alike[0]
    mark = _MARKS.get(change.change, "")
    fault = change.after.fault if change.after is not None else None
    why = f"{code(fault.rule)} {code(_place(fault.finding.primary.anchor))}" if fault is not None else ""
    named = [code(name) if not name.startswith("and ") else name for name in _listed(_titles(alike))]
    cells = (f"{mark} {change.change}".strip(), "<br>".join(named), escaped(turn(change)), why)
    return "| " + " | ".join(_BAR.sub(r"\\|", " ".join(cell.split())) for cell in cells) + " |"
