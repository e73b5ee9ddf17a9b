"""YAML and JSON text to documents, with the place of every key and value.

PyYAML's C parser composes the nodes; its resolver and constructor are left out, since they cost more
than the parsing and read scalars as YAML 1.1. A stream is cut at its document markers first, so that
one broken document does not hide the others, and so that documents nobody wants are not parsed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from textwrap import dedent
from typing import Any, NamedTuple

import yaml

from upstreamlint.budget import DEPTH, Budget
from upstreamlint.documents import Document, Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.yaml_checks import (
    MERGE,
    Composer,
    duplicates,
    overgrown,
    too_deep,
)
from upstreamlint.source import Anchor, Source

_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_ALIAS = re.compile(r"(?<![^\s\[{,:?-])\*[^\s*]")
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_BLANK = re.compile(r"(?:\s|#[^\n]*(?:\n|$)|---|\.\.\.)*\Z")


class Reading(NamedTuple):
    """What a source holds: its documents, what is wrong with it, and how many documents nobody wanted."""

    documents: list[Document]
    faults: list[Fault]
    passed_over: int


def read(source: Source, wanted: Callable[[str], bool] | None = None) -> Reading:
    """Read every document of a stream.

    `wanted` looks at a document's text and says whether to parse it. Documents that fail are faults;
    the others are read all the same.
    """
    documents: list[Document] = []
    faults: list[Fault] = []
    passed_over = 0
    budget = Budget()
    for index, (base, text) in enumerate(_chunks(source.text)):
        if wanted is not None and not wanted(text):
            passed_over += not _BLANK.match(text)
            continue
        deep = too_deep(text)
        if deep is not None:
            where = Anchor(source, base + deep, base + deep + 1)
            faults.append(Fault(where, DEPTH.message, over=True))
            continue
        try:
            for raw in _compose(text):
                wild = overgrown(source, base, raw, budget) if _ALIAS.search(text) else None
                if wild is not None:
                    faults.append(wild)
                    continue
                faults.extend(duplicates(source, base, raw))
                documents.append(Document(source, _convert(source, base, raw), index))
        except yaml.MarkedYAMLError as error:
            faults.append(_fault(source, base, error))
        except yaml.reader.ReaderError as error:
            at = base + min(int(error.position), len(text))
            faults.append(Fault(Anchor(source, at, at + 1), f"{error.reason}"))
    return Reading(documents, faults, passed_over)


def parts(text: str) -> list[str]:
    """The texts of a stream's documents, each with the marker that it starts with."""
    starts = _starts(text)
    return [text[start:end] for start, end in zip(starts, (*starts[1:], len(text)), strict=True)]


def chunk_at(source: Source, offset: int) -> str:
    """The text of the document that an offset is in."""
    starts = _starts(source.text)
    index = bisect_right(starts, offset)
    return source.text[starts[index - 1] : starts[index] if index < len(starts) else len(source.text)]


def chunk_start(source: Source, offset: int) -> int:
    """Where the document starts that an offset is in."""
    starts = _starts(source.text)
    return starts[bisect_right(starts, offset) - 1]


def read_block(scalar: Scalar) -> Reading:
    """Read YAML that is written as a literal block (`|`) of another document, in place; others are passed over."""
    host = scalar.source.text
    base = host.find("\n", scalar.start, scalar.end) + 1
    text = host[base : scalar.end]
    if not base or host[scalar.start] != "|" or dedent(text).strip() != scalar.value.strip():
        return Reading([], [], 1)
    budget = Budget()
    try:
        documents = [
            Document(scalar.source, _convert(scalar.source, base, raw), number)
            for number, raw in enumerate(_compose(text) if too_deep(text) is None else ())
            if not _ALIAS.search(text) or overgrown(scalar.source, base, raw, budget) is None
        ]
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError):
        return Reading([], [], 1)
    return Reading(documents, [], 0)


@lru_cache(maxsize=2)
def _starts(text: str) -> tuple[int, ...]:
    """Where each document starts; directives need the whole stream in one piece."""
    starts = [m.start() for m in _MARKER.finditer(text)]
    if not starts or (_DIRECTIVE.search(text) is not None):
        return (0,)
    return tuple(starts) if starts[0] == 0 else (0, *starts)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The text of each document with its offset."""
    starts = _starts(text)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, text[start:end]


def _compose(text: str) -> Iterator[Any]:
    composer = Composer(text)
    try:
        while composer.check_node():
            yield composer.get_node()
    finally:
        composer.dispose()


def _convert(source: Source, base: int, raw: Any) -> Node:
    """Wrap a composed node; its children are wrapped when they are looked into."""
    kind = raw.__class__
    if kind is yaml.ScalarNode:
        return _scalar(source, base, raw)
    start = base + raw.start_mark.index
    if kind is yaml.MappingNode:
        return Mapping(source, start, -1, _Table(source, base, raw), raw.tag)
    return Sequence(source, start, partial(_end, base, raw), partial(_items, source, base, raw), raw.tag)


def _end(base: int, raw: Any) -> int:
    """Where the last leaf of a block node ends: its own mark is at the next token, behind blanks and comments."""
    node = raw
    while node.__class__ is not yaml.ScalarNode and node.value and not node.flow_style:
        key, last = node.value[-1] if node.__class__ is yaml.MappingNode else (None, node.value[-1])
        if last.start_mark.index <= node.start_mark.index:
            # An alias stands here, and its node where the anchor is: earlier.
            return base + int(key.end_mark.index if key is not None else node.start_mark.index + 1)
        node = last
    return max(base + int(node.end_mark.index), base + int(raw.start_mark.index))


def _scalar(source: Source, base: int, raw: Any) -> Scalar:
    start, end = base + raw.start_mark.index, base + raw.end_mark.index
    return Scalar(raw.value, not raw.style, source, start, end, raw.tag)


def _items(source: Source, base: int, raw: Any) -> list[Node]:
    return [_convert(source, base, item) for item in raw.value]


class _Table:
    """A composed mapping: keys and values are wrapped when they are asked for."""

    __slots__ = ("_base", "_pairs", "_source", "_values", "raw")

    def __init__(self, source: Source, base: int, raw: Any) -> None:
        self._source = source
        self._base = base
        self.raw = raw
        self._pairs: dict[str, tuple[Any, Any]] | None = None
        self._values: dict[str, Node] = {}

    def _indexed(self) -> dict[str, tuple[Any, Any]]:
        if self._pairs is None:
            self._pairs = _pairs(self._source, self._base, self.raw)
        return self._pairs

    def names(self) -> Iterable[str]:
        """See `documents.Table`."""
        return self._indexed()

    def value(self, name: str) -> Node | None:
        """See `documents.Table`."""
        found = self._values.get(name)
        if found is None:
            pair = (self._pairs or self._indexed()).get(name)
            if pair is None:
                return None
            found = self._values[name] = _convert(self._source, self._base, pair[1])
        return found

    def entry(self, name: str) -> Entry | None:
        """See `documents.Table`."""
        value = self.value(name)
        if value is None:
            return None
        key = self._indexed()[name][0]
        if key.__class__ is yaml.ScalarNode:
            return Entry(_scalar(self._source, self._base, key), value)
        start, end = self._base + key.start_mark.index, self._base + key.end_mark.index
        return Entry(Scalar(name, False, self._source, start, end, "?"), value)

    def end(self) -> int:
        """See `documents.Table`."""
        return _end(self._base, self.raw)


def _pairs(source: Source, base: int, raw: Any) -> dict[str, tuple[Any, Any]]:
    """The pairs of a mapping by name, with what it merges; a key that is no scalar goes by its text as written."""
    pairs: dict[str, tuple[Any, Any]] = {}
    merged: list[Any] = []
    for pair in raw.value:
        key = pair[0]
        if key.__class__ is not yaml.ScalarNode:
            pairs[source.text[base + key.start_mark.index : base + key.end_mark.index]] = pair
        elif key.value == MERGE and not key.style:
            merged.append(pair[1])
        else:
            pairs[key.value] = pair
    for value in merged:
        for parent in value.value if value.__class__ is yaml.SequenceNode else [value]:
            if parent.__class__ is yaml.MappingNode:
                for name, pair in _pairs(source, base, parent).items():
                    pairs.setdefault(name, pair)
    return pairs


def composed(mapping: Mapping) -> Any | None:
    """The parser's own node of a mapping, if it was read from text and is as it was read."""
    table = mapping.table
    return table.raw if isinstance(table, _Table) else None


def _fault(source: Source, base: int, error: yaml.MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    at = base + (mark.index if mark else 0)
    at = min(at, max(len(source.text) - 1, 0))
    message = error.problem or "cannot be read as YAML"
    related: tuple[tuple[Anchor, str], ...] = ()
    context = error.context_mark
    if context is not None and mark is not None and context.index != mark.index and error.context:
        start = base + context.index
        related = ((Anchor(source, start, start + 1), error.context),)
    return Fault(Anchor(source, at, at + 1), message, related)
