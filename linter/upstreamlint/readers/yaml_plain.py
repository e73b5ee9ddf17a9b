"""Plain block YAML, which most manifests are, to nodes in one pass: rows of keys, dashes and scalars.

Anchors, tags, merge keys, folded texts, texts over several lines, repeated keys and everything that is no YAML are left
to a whole parser: this one says of no text what the other would not. Where `upstreamlint-fast` is installed, it reads texts
of ASCII to the same nodes.
"""

from __future__ import annotations

import re
from functools import cache

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.readers.yaml_rows import LIST, NOTHING, PLAIN, QUOTED, NotPlainError, Row, rows
from upstreamlint.source import Source
from upstreamlint.typed import Any

try:
    from upstreamlint_fast import reader
except ImportError:
    in_c = None
else:
    in_c = reader(Scalar, Mapping, Sequence)

_DEEPEST = 100
_new = tuple.__new__
"""Makes a scalar of all its fields in half the time that its type takes."""
_HEAD = patterns.compile(r"---(?: +#[^\n]*| *)(?:\n|\Z)|(?!---)").match


def root(source: Source, base: int, text: str) -> Node | None:
    """The root of a document that starts at an offset of its source; nothing when it is not plain."""
    head = _HEAD(text)
    if head is None or "<<" in text or not (text.isascii() or _usual().fullmatch(text)):
        return None
    start = head.end()
    if in_c is not None and text.isascii():
        found: Node | None = in_c(source, base + start, text[start:])
        return found
    try:
        return _tree(source, base + start, text[start:])
    except NotPlainError:
        return None


@cache
def _usual() -> re.Pattern[str]:
    """Text without characters beyond ASCII that libyaml refuses, or takes for the end of a line."""
    return re.compile(r"[^\x80-\x9f\ufeff\u2028\u2029\ud800-\udfff\ufffe\uffff]*+")


def _tree(source: Source, base: int, text: str) -> Node:  # noqa: C901, PLR0912, PLR0915 - see below
    """The root of a text that starts at an offset of its source.

    What is open is a list or a mapping in a column; a mapping has the places of its keys. The value of a row that ends
    with its key or dash is told by the next one. This is one loop, since a call for each row costs what the rest does.
    """
    top: list[Node] = []
    outer: list[tuple[int, Any, list[int] | None]] = []
    column = -1
    box: Any = top
    places: list[int] | None = None
    waits, last, left, is_item, start, end = True, "", -1, False, base, base
    for row, at in rows(text):
        indent, dashes, inner, key, kind, said, begin, stop, _ = row
        here = base + at
        nested = False
        if waits:
            waits = False
            nested = indent > left or (indent == left and bool(dashes) and not is_item)
            if not nested:
                _put(box, places, last, Scalar("", True, source, start, end))
        if not nested:
            while column > indent or (column == indent and places is None and not dashes):
                column, box, places = outer.pop()
            if column < indent or (places is not None and dashes):
                raise NotPlainError
            if dashes:
                dashes = dashes[1:]  # the first is that of the list that is open
        for dash in dashes:
            items: list[Node] = []
            found: Node = Sequence(source, here + dash, -1, items)
            _put(box, places, last, found)
            outer.append((column, box, places))
            column, box, places = dash, items, None
            if len(outer) > _DEEPEST:
                raise NotPlainError
        if key is None:
            if places is not None or (nested and not dashes):
                raise NotPlainError
        elif nested or places is None:
            values: dict[str, Node] = {}
            keys = [here + inner]
            found = Mapping(source, keys[0], -1, None, "", values, keys)
            _put(box, places, last, found)
            outer.append((column, box, places))
            column, box, places = inner, values, keys
            if len(outer) > _DEEPEST:
                raise NotPlainError
        elif key in box:
            raise NotPlainError
        else:
            places.append(here + inner)
        if kind == NOTHING:
            waits, is_item, start, end = True, key is None, here + begin, here + stop
            last, left = (key, inner) if key is not None else ("", column)
            continue
        if kind <= QUOTED:
            found = _new(Scalar, (said, kind == PLAIN, source, here + begin, here + stop, ""))
        else:
            found = _flow(source, row, here)
        if key is None:
            box.append(found)
        else:
            box[key] = found
    if not outer:
        raise NotPlainError
    if waits:
        _put(box, places, last, Scalar("", True, source, start, end))
    return top[0]


def _put(box: Any, places: list[int] | None, key: str, found: Node) -> None:
    """Put a value under a key, or behind the items of a list."""
    if places is None:
        box.append(found)
    else:
        box[key] = found


def _flow(source: Source, row: Row, here: int) -> Node:
    """A list or mapping on one line."""
    start, end = here + row.at, here + row.end
    scalars = [Scalar(p.text, p.plain, source, here + p.at, here + p.end) for p in row.pieces]
    if row.kind == LIST:
        return Sequence(source, start, end, list(scalars))
    values: dict[str, Node] = dict(zip((p.key for p in row.pieces), scalars, strict=True))
    if len(values) < len(scalars):
        raise NotPlainError
    return Mapping.read(source, start, values, [here + p.key_at for p in row.pieces], end)
