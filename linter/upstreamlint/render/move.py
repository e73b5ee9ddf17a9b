"""A tree with its nodes put somewhere else."""

from __future__ import annotations

from collections.abc import Callable

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.source import Anchor
from upstreamlint.typed import TypeAlias

Place: TypeAlias = Callable[[Node], Anchor]


def moved(node: Node, place: Place) -> Node:
    """The same tree; each node stands where `place` says."""
    if isinstance(node, Scalar):
        return _scalar(node, place)
    source, start, end = place(node)
    if isinstance(node, Sequence):
        return Sequence(source, start, end, _items(node, place), node.tag)
    return Mapping(source, start, end, _entries(node, place), node.tag)


def _scalar(scalar: Scalar, place: Place) -> Scalar:
    source, start, end = place(scalar)
    return scalar._replace(source=source, start=start, end=end)


def _items(node: Sequence, place: Place) -> list[Node]:
    return [moved(item, place) for item in node.items]


def _entries(node: Mapping, place: Place) -> dict[str, Entry]:
    return {name: Entry(_scalar(e.key, place), moved(e.value, place)) for name, e in node.entries.items()}
