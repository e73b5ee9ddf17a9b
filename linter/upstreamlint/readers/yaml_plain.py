"""Plain block YAML, which most manifests are, to nodes in one pass: rows of keys, dashes and scalars.

Anchors, tags, merge keys, folded texts, texts over several lines, repeated keys and everything that is no YAML are left
to a whole parser: this one says of no text what the other would not.
"""

from __future__ import annotations

import re
from functools import cache

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.readers.yaml_rows import LIST, MAP, NOTHING, PLAIN, NotPlainError, Row, rows
from upstreamlint.source import Source

_DEEPEST = 100
_HEAD = patterns.compile(r"---(?: +#[^\n]*| *)(?:\n|\Z)|(?!---)").match


def root(source: Source, base: int, text: str) -> Node | None:
    """The root of a document that starts at an offset of its source; nothing when it is not plain."""
    head = _HEAD(text)
    if head is None or "<<" in text or not (text.isascii() or _usual().fullmatch(text)):
        return None
    start = head.end()
    try:
        return _Tree(source, base + start, text[start:]).root
    except NotPlainError:
        return None


@cache
def _usual() -> re.Pattern[str]:
    """Text without characters beyond ASCII that libyaml refuses, or takes for the end of a line."""
    return re.compile(r"[^\x80-\x9f\ufeff\u2028\u2029\ud800-\udfff\ufffe\uffff]*+")


class _Tree:
    """A document being read, with the row that is looked at and the offset of it."""

    __slots__ = ("_base", "_deep", "_here", "_row", "_rows", "_source")

    def __init__(self, source: Source, base: int, text: str) -> None:
        self._source = source
        self._base = base
        self._rows = rows(text)
        self._deep = 0
        self._step()

    @property
    def root(self) -> Node:
        """The only node that is in no other."""
        found = self._block()
        if self._row.indent >= 0:
            raise NotPlainError
        return found

    def _step(self) -> None:
        self._row, here = next(self._rows)
        self._here = self._base + here

    def _block(self, taken: int = 0) -> Node:
        """What begins in the row, behind so many dashes."""
        row = self._row
        if taken < len(row.dashes):
            return self._sequence(row.dashes[taken], taken)
        if row.key is not None:
            return self._mapping(row.column)
        if not row.dashes:
            raise NotPlainError
        return self._value(row.dashes[-1], item=True)

    def _mapping(self, column: int) -> Mapping:
        self._enter()
        values: dict[str, Node] = {}
        keys: list[int] = []
        start = self._here + column
        while True:
            key = self._row.key
            if key is None or key in values:
                raise NotPlainError
            keys.append(self._here + column)
            values[key] = self._value(column, item=False)
            row = self._row
            if row.indent < column:
                break
            if row.indent > column or row.dashes:
                raise NotPlainError
        self._deep -= 1
        return Mapping.read(self._source, start, values, keys)

    def _sequence(self, column: int, taken: int) -> Sequence:
        self._enter()
        start = self._here + column
        items: list[Node] = []
        while True:
            items.append(self._block(taken + 1))
            taken, row = 0, self._row
            if row.indent < column or (row.indent == column and not row.dashes):
                break
            if row.indent > column:
                raise NotPlainError
        self._deep -= 1
        return Sequence(self._source, start, -1, items)

    def _enter(self) -> None:
        self._deep += 1
        if self._deep > _DEEPEST:
            raise NotPlainError

    def _value(self, column: int, *, item: bool) -> Node:
        """The value of the row, or what stands below it; `column` is that of its key, or of its dash."""
        row, here = self._row, self._here
        kind = row.kind
        self._step()
        if kind in (LIST, MAP):
            return self._flow(row, here)
        if kind == NOTHING:
            below = self._row
            if below.indent > column or (below.indent == column and below.dashes and not item):
                return self._block()
        return Scalar(row.text, kind in (PLAIN, NOTHING), self._source, here + row.at, here + row.end)

    def _flow(self, row: Row, here: int) -> Node:
        source, start = self._source, here + row.at
        scalars = [Scalar(p.text, p.plain, source, here + p.at, here + p.end) for p in row.pieces]
        if row.kind == LIST:
            return Sequence(source, start, here + row.end, list(scalars))
        values: dict[str, Node] = dict(zip((p.key for p in row.pieces), scalars, strict=True))
        if len(values) < len(scalars):
            raise NotPlainError
        return Mapping.read(source, start, values, [here + p.key_at for p in row.pieces], here + row.end)
