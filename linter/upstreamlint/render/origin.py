"""The way back: a rendered tree whose every node stands where it was written.

A renderer's output has no place that a person could edit. Each of its fields was written in a base, a patch
or the kustomization itself; the trees of those are laid beside the rendered one, and each rendered node
takes the place of the counterpart that holds the same value.
"""

from __future__ import annotations

from collections.abc import Sequence as Many

from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.source import Anchor
from upstreamlint.typed import Protocol, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_IDENTITY = ("name", "key", "containerPort", "port", "mountPath", "host", "path", "ip", "number")
_DEPTH = 3


class Layers(Protocol):
    """What was laid over an object besides whole patches of the object's own shape."""

    def at(self, path: Path, node: Node) -> Many[Node]:
        """What was put at a path, the last first."""

    def written(self, path: Path, scalar: Scalar) -> Anchor | None:
        """Where a value was set by other means: a namespace, a label, an image, a number of replicas."""


def anchored(node: Mapping, origins: Many[Node], home: Anchor, layers: Layers) -> Mapping:
    """A rendered object with the places of what it was made from.

    `origins` are the trees of the object itself and of patches of its shape, in the order in which they are
    asked; `home` is the place of what none of them holds.
    """
    return _mapping(node, origins, home, layers, ())


def _node(node: Node, origins: Many[Node], home: Anchor, layers: Layers, path: Path) -> Node:
    if isinstance(node, Mapping):
        return _mapping(node, origins, home, layers, path)
    if isinstance(node, Sequence):
        same = [o for o in origins if isinstance(o, Sequence)]
        source, start, end = same[0].anchor if same else home
        return Sequence(source, start, end, _items(node, same, home, layers, path), node.tag)
    return _scalar(node, origins, home, layers, path)


def _mapping(node: Mapping, origins: Many[Node], home: Anchor, layers: Layers, path: Path) -> Mapping:
    same = [o for o in origins if isinstance(o, Mapping)]
    source, start, end = same[0].anchor if same else home
    return Mapping(source, start, end, _entries(node, same, home, layers, path), node.tag)


def _entries(
    node: Mapping, origins: list[Mapping], home: Anchor, layers: Layers, path: Path
) -> dict[str, Entry]:
    entries = {}
    for name, (key, value) in node.entries.items():
        inner = (*path, name)
        found = [o.entries[name] for o in origins if name in o.entries]
        values = [*(entry.value for entry in found), *layers.at(inner, value)]
        inner_home = found[0].key.anchor if found else values[0].anchor if values else home
        placed = _node(value, values, inner_home, layers, inner)
        keys = [e.key for e in found if e.value.source is placed.source and e.value.start == placed.start]
        place = keys[0].anchor if keys else found[0].key.anchor if found else placed.anchor
        entries[name] = Entry(_at(key, place), placed)
    return entries


def _items(node: Sequence, origins: list[Sequence], home: Anchor, layers: Layers, path: Path) -> list[Node]:
    items = node.items
    partners = [_partners(items, o.items) for o in origins]
    placed = []
    for index, item in enumerate(items):
        inner = (*path, index)
        found = [p[index] for p in partners if index in p]
        values = [*found, *layers.at(inner, item)]
        placed.append(_node(item, values, values[0].anchor if values else home, layers, inner))
    return placed


def _scalar(node: Scalar, origins: Many[Node], home: Anchor, layers: Layers, path: Path) -> Scalar:
    scalars = [o for o in origins if isinstance(o, Scalar)]
    for origin in scalars:
        if origin.value == node.value:
            return _at(node, origin.anchor)
    written = layers.written(path, node)
    if written is not None:
        return _at(node, written)
    for origin in scalars:
        if origin.value and origin.value in node.value:
            return _at(node, origin.anchor)
    return _at(node, scalars[0].anchor if scalars else home)


def _at(scalar: Scalar, place: Anchor) -> Scalar:
    return scalar._replace(source=place.source, start=place.start, end=place.end)


def _partners(items: list[Node], origins: list[Node]) -> dict[int, Node]:
    """For each item the one of another list that it was made from, each taken once."""
    found: dict[int, Node] = {}
    free = dict(enumerate(origins))
    for index, item in enumerate(items):
        best, best_score = -1, 0
        order = [index, *(i for i in free if i != index)] if index in free else list(free)
        for other in order:
            score = likeness(item, free[other])
            if score > best_score:
                best, best_score = other, score
            if score >= _CERTAIN:
                break
        if best >= 0:
            found[index] = free.pop(best)
    if len(items) == len(origins):
        for index in range(len(items)):
            if index not in found and index in free:
                found[index] = free[index]
    return found


_CERTAIN = 1000


def likeness(one: Node, other: Node, depth: int = _DEPTH) -> int:
    """How much two nodes have in common; nothing when they are told apart by name."""
    if isinstance(one, Scalar):
        return int(isinstance(other, Scalar) and one.value == other.value)
    if isinstance(one, Sequence):
        if not isinstance(other, Sequence) or depth == 0:
            return 0
        return sum(likeness(a, b, depth - 1) for a, b in zip(one.items, other.items, strict=False))
    if not isinstance(other, Mapping):
        return 0
    score = 0
    name, other_name = one.scalar("name"), other.scalar("name")
    if name is not None and other_name is not None:
        if name.value == other_name.value:
            return _CERTAIN
        if not name.value.endswith(other_name.value) and not name.value.startswith(other_name.value):
            return 0
        score += 1
    for key in one.entries.keys() & other.entries.keys():
        value, other_value = one.entries[key].value, other.entries[key].value
        if depth > 0 or isinstance(value, Scalar):
            score += likeness(value, other_value, depth - 1) * (2 if key in _IDENTITY else 1)
    return score
