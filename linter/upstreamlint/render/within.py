"""YAML that stands inside of YAML: an inline patch, with the places of its parts in the outer file."""

from __future__ import annotations

from upstreamlint.documents import Node, Scalar
from upstreamlint.readers import yaml
from upstreamlint.render.move import moved
from upstreamlint.source import Anchor, Source


def within(scalar: Scalar) -> list[Node]:
    """The documents that a scalar holds; each node stands where its text is written in the scalar's file."""
    inner = Source(scalar.source.path, scalar.value)
    offsets = _offsets(scalar)
    return [_moved(d.root, scalar, inner, offsets) for d in yaml.read(inner).documents]


def _offsets(scalar: Scalar) -> list[int] | None:
    """Where each line of a block scalar starts in its file, indentation left out; nothing for other styles."""
    text = scalar.source.text
    if text[scalar.start : scalar.start + 1] != "|":
        return None
    lines = scalar.value.split("\n")
    at = text.find("\n", scalar.start) + 1
    offsets: list[int] = []
    indent = -1
    for line in lines:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        written = text[at:end]
        if indent < 0 and written.strip():
            indent = len(written) - len(written.lstrip(" ")) - (len(line) - len(line.lstrip(" ")))
        offsets.append(min(at + max(indent, 0), end))
        at = min(end + 1, len(text))
    return offsets


def _moved(root: Node, scalar: Scalar, inner: Source, offsets: list[int] | None) -> Node:
    def outer(at: int, offsets: list[int]) -> int:
        line, column = inner.position(at)
        return min(offsets[min(line, len(offsets)) - 1] + column - 1, len(scalar.source.text))

    def place(node: Node) -> Anchor:
        if offsets is None:
            return scalar.anchor
        start = outer(node.start, offsets)
        return Anchor(scalar.source, start, max(start, outer(node.end, offsets)))

    return moved(root, place)
