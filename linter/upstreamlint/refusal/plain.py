"""A value of an object as plain data, with the defaults of its schema: what rules are run on."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.refusal.cel import OPEN, UnsureError
from upstreamlint.refusal.scalars import null, read, unfilled
from upstreamlint.refusal.schema import Kind, Schema
from upstreamlint.typed import Any

_DEEPEST = 60
_MOST = 50_000
"""So many values at most, since aliases can make a tree of any size."""


def plain(node: Node, schema: Schema, kind: Kind) -> Any:
    """The data of a node; what is null is left out, what is still to be filled in is `OPEN`.

    Raises:
        UnsureError: the tree is larger than any real one.
    """
    return _Reader(kind).data(node, schema, 0)


class _Reader:
    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._left = _MOST

    def data(self, node: Node, schema: Schema, depth: int) -> Any:
        kind = self._kind
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise UnsureError
        shape = kind.resolve(schema)
        if unfilled(node, names=False):
            return OPEN
        if isinstance(node, Scalar):
            return read(node)
        if not isinstance(node, Mapping):
            return [self.data(item, shape.get("items", "any"), depth + 1) for item in node.items]
        fields = shape.get("properties", {})
        rest = shape.get("values", "any")
        found = {
            name: self.data(entry.value, fields.get(name, rest), depth + 1)
            for name, entry in node.entries.items()
            if not null(entry.value)
        }
        for name, field in fields.items():
            if name not in found and isinstance(field, dict | str):
                default = kind.resolve(field).get("default")
                if default is not None:
                    found[name] = default
        return found
