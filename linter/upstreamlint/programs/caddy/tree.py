"""Directives with their blocks, from words: a line each, with the block that opens at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.programs.caddy.words import Word
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

MAX_DEPTH = 100
"""Deeper blocks are read as words of a line: what walks the tree recurses."""


@frozen
class Directive:
    """A directive with the words of its line and of its block; `block` is nothing where it has none."""

    name: Scalar
    args: tuple[Scalar, ...]
    block: tuple[Directive, ...] | None
    anchor: Anchor

    @property
    def line(self) -> Anchor:
        """Its name and its words."""
        return between(self.name, self.args[-1]) if self.args else self.name.anchor

    def all(self, name: str) -> Iterator[Directive]:
        """The subdirectives of a name."""
        return (d for d in self.block or () if d.name.value == name)


def between(first: Scalar, last: Scalar) -> Anchor:
    """From one word to another; the first alone where they stand in different texts."""
    if last.source is first.source and last.end >= first.start:
        return Anchor(first.source, first.start, last.end)
    return first.anchor


def directives_of(words: Sequence[Word]) -> tuple[Directive, ...]:
    """The directives that words make. Blocks that are not closed end with the last word."""
    stack: list[tuple[list[Word], list[Directive]]] = []
    children: list[Directive] = []
    head: list[Word] = []

    def flush() -> None:
        nonlocal head
        if head:
            children.append(_directive(head, None, head[-1]))
        head = []

    def close(end: Word) -> None:
        nonlocal children, head
        flush()
        block = tuple(children)
        opener, children = stack.pop()
        children.append(_directive(opener, block, end))

    for word in words:
        if head and not word.on_line_of(head[-1]):
            flush()
        if word.opens and head and len(stack) < MAX_DEPTH:
            stack.append((head, children))
            head, children = [], []
        elif word.closes and stack:
            close(word)
        else:
            head.append(word)
    flush()
    while stack:
        close(words[-1])
    return tuple(children)


def _directive(head: Sequence[Word], block: tuple[Directive, ...] | None, end: Word) -> Directive:
    name, *args = (w.scalar for w in head)
    return Directive(name, tuple(args), block, between(name, end.scalar))
