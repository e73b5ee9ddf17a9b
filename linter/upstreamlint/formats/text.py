"""Text for people: the broken wire's both ends, the answer that a client gets, and what to change."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from upstreamlint.files.readable import parent
from upstreamlint.finding import Affected, Diagnostic, Label, Severity
from upstreamlint.formats.columns import clean, row
from upstreamlint.formats.snippet import Frame, gutter, snippet
from upstreamlint.formats.summary import plural, summary
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

ROUTES = 3
"""So many affected routes are listed; the others are counted."""

ALSO = 5
"""So many places of the same advice are listed; the others are counted."""

_HOP_COLUMNS = 50


def render(result: Result, layout: Layout) -> str:
    """Every diagnostic with its source lines, then the summary."""
    blocks = ["\n".join(diagnostic(d, layout, more)) for d, more in gathered(result.diagnostics)]
    blocks.append("\n".join(summary(result, layout.painter, show_external=layout.show_external)))
    return "\n\n".join(blocks) + "\n"


def gathered(diagnostics: Iterable[Diagnostic]) -> list[tuple[Diagnostic, list[Diagnostic]]]:
    """Diagnostics with the others that they speak for: a rule's advice is given once for a folder."""
    groups: dict[object, tuple[Diagnostic, list[Diagnostic]]] = {}
    for number, found in enumerate(diagnostics):
        advice = found.severity is Severity.INFO
        key = (found.rule, parent(found.finding.primary.anchor.source.path)) if advice else number
        if key in groups:
            groups[key][1].append(found)
        else:
            groups[key] = (found, [])
    return list(groups.values())


def diagnostic(shown: Diagnostic, layout: Layout, more: Sequence[Diagnostic] = ()) -> Iterator[str]:
    """The lines of one diagnostic; `more` are those that it speaks for."""
    finding, painter = shown.finding, layout.painter
    head = painter.level(shown.severity, f"{shown.severity}[{shown.rule}]")
    yield f"{head}{painter.bold(f': {clean(finding.message)}')}"
    frame = Frame(gutter(shown.labels), layout.width, shown.severity, painter)
    yield from snippet(finding.primary, finding.related, frame)
    notes = [note for note in (*_notes(shown), ("also", list(_also(more)))) if note[1]]
    if notes:
        yield frame.bar()
    margin = " " * frame.gutter
    for kind, lines in notes:
        start = f"{margin} {painter.frame('=')} {painter.bold(f'{kind}:')} "
        yield start + lines[0]
        indent = margin + " " * len(f" = {kind}: ")
        yield from (indent + line for line in lines[1:])


def _notes(shown: Diagnostic) -> Iterator[tuple[str, list[str]]]:
    finding = shown.finding
    symptom = finding.symptom
    if symptom is not None:
        yield ("answer" if symptom.status is not None else "effect"), _lines(str(symptom))
    yield "affects", list(_affects(shown.affects))
    longest = max(_worst_first(shown.affects), key=lambda a: len(a.chain), default=None)
    if longest is not None and _worth_showing(longest, finding.primary):
        yield "path", list(_hops(longest))
    yield "note", _lines(finding.note)
    yield "assumes", _lines(finding.assumption)
    yield "help", _lines(finding.help)


def _also(more: Sequence[Diagnostic]) -> Iterator[str]:
    """The places of the same advice, with what it is about."""
    for other in more[:ALSO]:
        place = other.finding.primary.anchor
        yield clean(f"{place.source.path}:{place.line} {other.finding.message}")
    if len(more) > ALSO:
        yield f"and {plural(len(more) - ALSO, 'more place')}"


def _lines(text: str) -> list[str]:
    """A text's own lines, without the indentation that a rule's source gave them."""
    return [clean(line) for line in textwrap.dedent(text).strip().splitlines()]


_OBVIOUS = 3


def _worst_first(affects: tuple[Affected, ...]) -> list[Affected]:
    return sorted(affects, key=lambda a: -1.0 if a.share is None else -a.share)


def _affects(affects: tuple[Affected, ...]) -> Iterator[str]:
    for affected in _worst_first(affects)[:ROUTES]:
        where = f"{affected.anchor.source.path}:{affected.anchor.line}"
        yield clean(f"`{affected.listener}` `{affected.route}`{share(affected.share)} ({where})")
    if len(affects) > ROUTES:
        yield f"and {plural(len(affects) - ROUTES, 'more route')}"


def share(part: float | None) -> str:
    """How many of a route's requests are hit, as the end of a phrase; nothing when it cannot be told."""
    if part is None:
        return ""
    if part >= 1:
        return ", every request"
    percent = f"{part * 100:.3g}"
    return f", {'under 0.1' if part < 0.001 else percent} % of requests"  # noqa: PLR2004 - a tenth of a percent


def _worth_showing(affected: Affected, fault: Label) -> bool:
    """Whether the way from a route to a fault leads through several files, or over more hops than anyone sees."""
    files = {hop.anchor.source.path for hop in (*affected.chain, fault)}
    return bool(affected.chain) and (len(files) > 1 or len(affected.chain) > _OBVIOUS)


def _hops(affected: Affected) -> Iterator[str]:
    """Each hop on a line: its place, what is written there, and what it is."""
    yield clean(f"`{affected.listener}` `{affected.route}`")
    places = [clean(f"{hop.anchor.source.path}:{hop.anchor.line}") for hop in affected.chain]
    written = [_written(hop) for hop in affected.chain]
    place_width, written_width = max(map(len, places)), max(map(len, written))
    for place, code, hop in zip(places, written, affected.chain, strict=True):
        yield f"-> {place:<{place_width}}  {code:<{written_width}}  {clean(hop.text)}".rstrip()


def _written(hop: Label) -> str:
    source, start, _ = hop.anchor
    number, column = source.position(start)
    line = source.line(number)
    indent = len(line) - len(line.lstrip())
    return row(line.strip(), max(column - 1 - indent, 0), _HOP_COLUMNS).text
