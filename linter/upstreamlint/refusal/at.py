"""A place in an object: a value, or the lack of one, with the path that the API server would name."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.refusal.scalars import Plain, null, read, unfilled
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_new = tuple.__new__
"""Makes a place of all its fields in half the time that its type takes."""


class At(NamedTuple):
    """A value, and the step that leads to it from the value that holds it; `node` is nothing where it is missing."""

    node: Node | None
    up: At | None = None
    step: str | int = ""

    def get(self, name: str) -> At:
        """The field of a name."""
        return _new(At, (self.node.get(name) if isinstance(self.node, Mapping) else None, self, name))

    def items(self, name: str) -> list[At]:
        """The items of the list in a field; none if it is no list."""
        held = self.get(name)
        return held.parts()

    def parts(self) -> list[At]:
        """The items of a list; none if it is no list."""
        found = self.node.items if isinstance(self.node, Sequence) else ()
        return [At(item, self, n) for n, item in enumerate(found)]

    def entries(self) -> Iterator[tuple[Scalar, At]]:
        """The keys and values of a mapping."""
        if isinstance(self.node, Mapping):
            for entry in self.node:
                yield entry.key, At(entry.value, self, entry.key.value)

    @property
    def given(self) -> bool:
        """Whether there is a value; null is none."""
        return self.node is not None and not null(self.node)

    @property
    def empty(self) -> bool:
        """Whether there is no value, or one with nothing in it."""
        node = self.node
        if node is None or null(node):
            return True
        if isinstance(node, Scalar):
            return not node.value
        return not node.entries if isinstance(node, Mapping) else not node.items

    @property
    def value(self) -> Plain:
        """The plain value; nothing when there is none or it is still to be filled in."""
        node = self.node
        return read(node) if isinstance(node, Scalar) and not unfilled(node, names=False) else None

    @property
    def text(self) -> str:
        """The value if it is text that is filled in; otherwise empty."""
        node = self.node
        if not isinstance(node, Scalar) or unfilled(node, names=False):
            return ""
        found = read(node)
        return found if isinstance(found, str) else ""

    @property
    def number(self) -> int | None:
        """The value if it is a whole number."""
        found = self.value
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    @property
    def unsure(self) -> bool:
        """Whether the value is still to be filled in."""
        return self.node is not None and unfilled(self.node, names=False)

    @property
    def nameless(self) -> bool:
        """Whether the value, a name or an address, is still to be filled in: words in capitals and `xxx` are none."""
        return self.node is not None and unfilled(self.node)

    @property
    def path(self) -> str:
        """The path from the root: `spec.ports[0].name`."""
        if self.up is None:
            return ""
        before = self.up.path
        if isinstance(self.step, int):
            return f"{before}[{self.step}]"
        return f"{before}.{self.step}" if before else self.step

    @property
    def anchor(self) -> Anchor:
        """The scalar; the key of what is longer; the holder of what is missing."""
        if isinstance(self.node, Scalar) and not self.node.is_null:
            return self.node.anchor
        holder = self.up
        if holder is not None and isinstance(holder.node, Mapping) and isinstance(self.step, str):
            entry = holder.node.entry(self.step)
            if entry is not None:
                return entry.key.anchor
        if self.node is None and holder is not None:
            return holder.anchor
        if isinstance(self.node, Mapping) and self.node.entries:
            return next(iter(self.node)).key.anchor
        return self.node.anchor if self.node is not None else self.root.anchor

    @property
    def key(self) -> Anchor:
        """Where its name is written."""
        holder = self.up.node if self.up is not None else None
        return (
            holder.key(self.step)
            if isinstance(holder, Mapping) and isinstance(self.step, str)
            else self.anchor
        )

    @property
    def root(self) -> Node:
        """The object."""
        at = self
        while at.up is not None:
            at = at.up
        if at.node is None:
            raise ValueError("an object without a root")
        return at.node
