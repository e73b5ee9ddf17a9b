"""Markdown for a comment on a pull request, with a picture of the broken routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from upstreamlint.finding import Affected, Diagnostic
from upstreamlint.formats.columns import clean
from upstreamlint.formats.summary import plural, verdict
from upstreamlint.formats.text import share
from upstreamlint.run.result import Result
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.formats import Layout

DRAWN = 10
"""So many broken routes are drawn: a picture of more helps nobody."""

SHOWN = 50
"""So many diagnostics are written out: a comment has a limit of 65,536 characters."""


def render(result: Result, _layout: Layout) -> str:
    """The verdict, the picture, and a section for each diagnostic."""
    blocks = [f"### upstreamlint: {escaped(verdict(result))}"]
    broken = [(d, route) for d in result.diagnostics for route in d.affects]
    if broken:
        blocks.append("\n".join(_picture(broken[:DRAWN])))
    blocks += ["\n".join(_section(d)) for d in result.diagnostics[:SHOWN]]
    if len(result.diagnostics) > SHOWN:
        blocks.append(f"… and {plural(len(result.diagnostics) - SHOWN, 'more finding')}")
    return "\n\n".join(blocks) + "\n"


def _section(diagnostic: Diagnostic) -> Iterator[str]:
    finding = diagnostic.finding
    span = finding.primary.anchor.span
    yield f"**{diagnostic.severity}** {escaped(finding.message)} (`{diagnostic.rule}`)"
    yield ""
    yield f"- {code(f'{span.path}:{span.line}:{span.column}')} {escaped(finding.primary.text)}".rstrip()
    for label in finding.related:
        yield f"- {code(f'{label.anchor.source.path}:{label.anchor.line}')} {escaped(label.text)}".rstrip()
    if finding.symptom is not None:
        yield f"- answer: {escaped(str(finding.symptom))}"
    for name, text in (("note", finding.note), ("assumes", finding.assumption), ("help", finding.help)):
        if text:
            yield f"- {name}: {escaped(' '.join(text.split()))}"
    if diagnostic.affects:
        yield f"- affects: {', '.join(_route(a) for a in diagnostic.affects[:DRAWN])}{_more(diagnostic.affects)}"


def _more(affects: tuple[Affected, ...]) -> str:
    return f" and {plural(len(affects) - DRAWN, 'more route')}" if len(affects) > DRAWN else ""


def _route(affected: Affected) -> str:
    return (
        code(f"{affected.listener}{affected.route}")
        + share(affected.share).replace(", ", " (", 1)
        + (")" if affected.share is not None else "")
    )


def code(text: str) -> str:
    """Foreign text as code."""
    return f"`{clean(text).replace('`', chr(39))}`"


def escaped(text: str) -> str:
    """Text that brings no markup but its code spans, and notifies nobody."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        parts = [" ".join(parts)]
    for number in range(0, len(parts), 2):
        parts[number] = re.sub(r"([\\*_\[\]<>|#@~$&])", r"\\\1", parts[number])
    return "`".join(parts)


def _picture(broken: Iterable[tuple[Diagnostic, Affected]]) -> Iterator[str]:
    """A Mermaid flow chart: each route, its hops, and the fault with its answer."""
    names: dict[str, str] = {}
    lines: dict[str, None] = {}

    def node(text: str) -> str:
        name = names.setdefault(text, f"n{len(names)}")
        lines.setdefault(f'  {name}["{_quoted(text)}"]')
        return name

    faults = set()
    for diagnostic, affected in broken:
        previous = node(f"{affected.listener} {affected.route}")
        for hop in affected.chain:
            this = node(hop.text or f"{hop.anchor.source.path}:{hop.anchor.line}")
            if this != previous:
                lines.setdefault(f"  {previous} --> {this}")
            previous = this
        fault = node(diagnostic.finding.message)
        faults.add(fault)
        symptom = diagnostic.finding.symptom
        answer = f'|"{_quoted(str(symptom))}"|' if symptom is not None and str(symptom) else ""
        lines.setdefault(f"  {previous} -.->{answer} {fault}")
    yield "```mermaid"
    yield "flowchart LR"
    yield from lines
    yield "  classDef fault stroke:#c00,stroke-width:2px"
    yield f"  class {','.join(sorted(faults))} fault"
    yield "```"


def _quoted(text: str) -> str:
    """Text inside a Mermaid label."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "'")):
        text = text.replace(character, entity)
    return clean(text)
