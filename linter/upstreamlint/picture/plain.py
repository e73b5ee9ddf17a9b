"""A picture as text for other programs: Mermaid, DOT and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

from upstreamlint.formats.columns import clean
from upstreamlint.formats.tool import NAME, version
from upstreamlint.picture.types import Block, Card, Group, Kind, Line, Picture, Shape, State
from upstreamlint.typed import Any

LINES = 400
"""Mermaid draws no more than 500 edges where it is embedded; what is healthy is left out beyond this."""

_STROKES = {
    State.BROKEN: "stroke:#b00020,stroke-width:3px",
    State.PARTLY: "stroke:#b00020,stroke-width:2px,stroke-dasharray:8 3",
    State.AT_RISK: "stroke:#8a5a00,stroke-width:2px,stroke-dasharray:5 3",
    State.UNKNOWN: "stroke:#666,stroke-dasharray:2 3",
}


def mermaid(picture: Picture) -> str:
    """A flow chart; of a large picture the gravest part, which says how much is missing."""
    lines = ["flowchart LR"]
    marked: dict[State, list[str]] = {}
    drawn = left_out = 0
    for n, group in enumerate(picture.groups):
        kept = []
        for m, block in enumerate(group.blocks):
            if drawn + len(block.lines) > LINES:
                left_out += len(block.cards)
                continue
            drawn += len(block.lines)
            kept.append((f"g{n}b{m}", block))
        if kept:
            lines.append(f'  subgraph g{n}["{_quoted(group.title)}"]')
            for prefix, block in kept:
                lines += _chart(prefix, block)
                for shape in block.shapes:
                    marked.setdefault(shape.state, []).append(prefix + shape.name)
            lines.append("  end")
    if left_out:
        lines.append(f'  rest["and {left_out} more routes"]')
    for state, stroke in _STROKES.items():
        if state in marked:
            word = state.value.replace(" ", "")
            lines += [f"  classDef {word} {stroke}", f"  class {','.join(marked[state])} {word}"]
    return "\n".join(lines) + "\n"


def _chart(prefix: str, block: Block) -> Iterator[str]:
    for shape in block.shapes:
        left, right = _FORMS[shape.kind]
        yield f'    {prefix}{shape.name}{left}"{_quoted(_title(shape))}"{right}'
    for line in block.lines:
        arrow = "-.->" if line.state in (State.BROKEN, State.UNKNOWN) else "-->"
        text = f'|"{_quoted(line.text)}"|' if line.text else ""
        yield f"    {prefix}{line.tail} {arrow}{text} {prefix}{line.head}"


_FORMS = {
    Kind.HOST: ("([", "])"),
    Kind.ROUTE: ("[", "]"),
    Kind.CLUSTER: ("{{", "}}"),
    Kind.WORKLOAD: ("[(", ")]"),
    Kind.FAULT: (">", "]"),
}


def _title(shape: Shape) -> str:
    return shape.title if shape.state is State.HEALTHY else f"{shape.state.mark} {shape.title}"


def _quoted(text: str) -> str:
    """Text inside a Mermaid label."""
    for character, entity in (("&", "#amp;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "'")):
        text = text.replace(character, entity)
    return clean(text)


def dot(picture: Picture) -> str:
    """A graph for Graphviz, from left to right, a cluster for each group."""
    lines = ["digraph wiring {", "  rankdir=LR;", '  node [shape=box, fontname="sans-serif", fontsize=11];']
    for n, group in enumerate(picture.groups):
        lines += [f"  subgraph cluster_{n} {{", f"    label={_string(group.title)};"]
        for m, block in enumerate(group.blocks):
            prefix = f"g{n}b{m}"
            lines += [
                f"    {prefix}{s.name} [label={_string(_title(s))}, tooltip={_string(s.place)}{_look(s)}];"
                for s in block.shapes
            ]
            lines += [f"    {prefix}{e.tail} -> {prefix}{e.head}{_edge(e)};" for e in block.lines]
        lines.append("  }")
    return "\n".join([*lines, "}"]) + "\n"


_DOT_FORMS = {
    Kind.HOST: "ellipse",
    Kind.ROUTE: "box",
    Kind.CLUSTER: "hexagon",
    Kind.WORKLOAD: "component",
    Kind.FAULT: "note",
}
_DOT_STYLES = {
    State.BROKEN: ', style=bold, color="#b00020", penwidth=3',
    State.PARTLY: ', style="bold,dashed", color="#b00020"',
    State.AT_RISK: ', style=dashed, color="#8a5a00"',
    State.UNKNOWN: ', style=dotted, color="#666666"',
    State.HEALTHY: "",
}


def _look(shape: Shape) -> str:
    return f", shape={_DOT_FORMS[shape.kind]}{_DOT_STYLES[shape.state]}"


def _edge(line: Line) -> str:
    label = f"label={_string(line.text)}" if line.text else ""
    style = _DOT_STYLES[line.state].removeprefix(", ")
    inside = ", ".join(filter(None, (label, style)))
    return f" [{inside}]" if inside else ""


def _string(text: str) -> str:
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def data(picture: Picture) -> dict[str, Any]:
    """A picture as plain data."""
    return {
        "version": 1,
        "tool": {"name": NAME, "version": version()},
        "counts": {state.value: count for state, count in picture.counts},
        "groups": [_group(group) for group in picture.groups],
    }


def as_json(picture: Picture) -> str:
    """The same for programs."""
    return json.dumps(data(picture), ensure_ascii=False, indent=1) + "\n"


def _group(group: Group) -> dict[str, Any]:
    return {
        "title": group.title,
        "release": group.release,
        "namespace": group.namespace,
        "state": group.state.value,
        "blocks": [
            {
                "host": block.host,
                "state": block.state.value,
                "nodes": [_shape(shape) for shape in block.shapes],
                "edges": [_line(line) for line in block.lines],
                "routes": [_card(card) for card in block.cards],
            }
            for block in group.blocks
        ],
    }


def _shape(shape: Shape) -> dict[str, Any]:
    return {
        "id": shape.name,
        "kind": shape.kind.value,
        "title": clean(shape.title),
        "place": shape.place,
        "state": shape.state.value,
    }


def _line(line: Line) -> dict[str, Any]:
    return {"from": line.tail, "to": line.head, "text": line.text, "state": line.state.value}


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": card.shape,
        "kind": card.kind,
        "owner": card.owner,
        "match": card.match,
        "answer": card.answer,
        "ends": card.ends,
        "why": card.why,
        "rule": card.rule,
        "place": card.place,
        "help": card.help,
        "missing": card.missing,
        "checks": [
            {
                "verdict": check.verdict,
                "about": check.about,
                "wanted": check.wanted,
                "place": check.place,
                "fine": check.is_fine,
                "broken": check.is_broken,
            }
            for check in card.checks
        ],
    }
