"""Where a value that a template asks for is written."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.finding import Label
from upstreamlint.releases.release import Values
from upstreamlint.source import Anchor

_VALUE = patterns.compile(r"\.Values\.([\w-]+(?:\.[\w-]+)*)")


def label(anchor: Anchor, values: Iterable[Values]) -> Label | None:
    """The value that an action asks for, where the first of these sets it."""
    action = _VALUE.search(anchor.source.text, anchor.start, anchor.end)
    if action is None:
        return None
    path = action.group(1).split(".")
    for each in values:
        for root in each.roots:
            found = _at(root, path)
            if isinstance(found, Scalar):
                return Label(found.anchor, f"`.Values.{action.group(1)}` is `{found.value}`")
    return None


def _at(node: Node | None, path: list[str]) -> Node | None:
    for key in path:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node
