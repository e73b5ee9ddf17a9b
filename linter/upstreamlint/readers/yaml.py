"""YAML and JSON text to documents, with the place of every key and value.

PyYAML's C parser composes the nodes; its resolver and constructor are left out, since they cost more
than the parsing and read scalars as YAML 1.1. A stream is cut at its document markers first, so that
one broken document does not hide the others, and so that documents nobody wants are not parsed.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

from upstreamlint.documents import Document, Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.source import Anchor, Source

MAX_DEPTH = 500
"""Deeper trees are refused: the C composer recurses, and real configuration never comes near."""

_MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_BLANK = re.compile(r"(?:\s|#[^\n]*(?:\n|$)|---|\.\.\.)*\Z")
_MERGE = "<<"


class Fault(NamedTuple):
    """Text that cannot be read, or is read differently from what it looks like."""

    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()


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
    for index, (base, text) in enumerate(_chunks(source.text)):
        if wanted is not None and not wanted(text):
            passed_over += not _BLANK.match(text)
            continue
        too_deep = _too_deep(text)
        if too_deep is not None:
            where = Anchor(source, base + too_deep, base + too_deep + 1)
            faults.append(Fault(where, f"nested deeper than {MAX_DEPTH} levels"))
            continue
        try:
            for raw in _compose(text):
                looped = _loop(raw) if "*" in text else None
                if looped is not None:
                    faults.append(Fault(_anchor(source, base, looped), "this value contains itself"))
                    continue
                faults.extend(_duplicates(source, base, raw))
                documents.append(Document(source, _convert(source, base, raw), index))
        except yaml.MarkedYAMLError as error:
            faults.append(_fault(source, base, error))
        except yaml.reader.ReaderError as error:
            at = base + min(int(error.position), len(text))
            faults.append(Fault(Anchor(source, at, at + 1), f"{error.reason}"))
    return Reading(documents, faults, passed_over)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The text of each document with its offset; directives need the whole stream in one piece."""
    starts = [m.start() for m in _MARKER.finditer(text)]
    if not starts or (_DIRECTIVE.search(text) is not None):
        yield 0, text
        return
    if starts[0] != 0:
        starts.insert(0, 0)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, text[start:end]


class _Composer(CParser):
    """PyYAML's C composer without its resolver: an untagged node's tag is left empty.

    The composer calls these three for every node. Built-ins that take the same arguments and do nothing are
    called without a Python frame, which saves a tenth of the parsing.
    """

    descend_resolver = operator.is_
    ascend_resolver = bool
    resolve = "".format


def _compose(text: str) -> Iterator[Any]:
    composer = _Composer(text)
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
    start, end = base + raw.start_mark.index, base + raw.end_mark.index
    if not raw.flow_style:
        end = max(start, base + _end(raw))
    if kind is yaml.MappingNode:
        find = partial(_entry, source, base, raw)
        return Mapping(source, start, end, partial(_entries, source, base, raw), raw.tag, find)
    return Sequence(source, start, end, partial(_items, source, base, raw), raw.tag)


def _end(raw: Any) -> int:
    """Where the last leaf of a block node ends: its own mark is at the next token, behind blanks and comments."""
    while raw.__class__ is not yaml.ScalarNode and raw.value and not raw.flow_style:
        key, last = raw.value[-1] if raw.__class__ is yaml.MappingNode else (None, raw.value[-1])
        if last.start_mark.index <= raw.start_mark.index:
            # An alias stands here, and its node where the anchor is: earlier, or even around this one.
            return int(key.end_mark.index if key is not None else raw.start_mark.index + 1)
        raw = last
    end: int = raw.end_mark.index
    return end


def _scalar(source: Source, base: int, raw: Any) -> Scalar:
    start, end = base + raw.start_mark.index, base + raw.end_mark.index
    return Scalar(raw.value, not raw.style, source, start, end, raw.tag)


def _entry(source: Source, base: int, raw: Any, name: str) -> Entry | None:
    """The entry of one key; only merge keys make it look at the others."""
    found, merges = None, False
    for pair in raw.value:
        key = pair[0].value
        if key == name:
            found = pair
        elif key == _MERGE:
            merges = True
    if merges:
        return _entries(source, base, raw).get(name)
    if found is None or found[0].__class__ is not yaml.ScalarNode:
        return None
    return Entry(_scalar(source, base, found[0]), _convert(source, base, found[1]))


def _items(source: Source, base: int, raw: Any) -> list[Node]:
    return [_convert(source, base, item) for item in raw.value]


def _entries(source: Source, base: int, raw: Any) -> dict[str, Entry]:
    """The entries of a mapping; a key that is no scalar goes by its text as written."""
    entries: dict[str, Entry] = {}
    merged: list[Any] = []
    for raw_key, raw_value in raw.value:
        if raw_key.__class__ is not yaml.ScalarNode:
            start, end = base + raw_key.start_mark.index, base + raw_key.end_mark.index
            key = Scalar(source.text[start:end], False, source, start, end, "?")
        else:
            key = _scalar(source, base, raw_key)
            if key.value == _MERGE and key.plain:
                merged.append(raw_value)
                continue
        entries[key.value] = Entry(key, _convert(source, base, raw_value))
    for value in merged:
        for parent in value.value if value.__class__ is yaml.SequenceNode else [value]:
            if parent.__class__ is yaml.MappingNode:
                for name, entry in _entries(source, base, parent).items():
                    entries.setdefault(name, entry)
    return entries


def _duplicates(source: Source, base: int, root: Any) -> Iterator[Fault]:
    """Every key that a mapping holds twice: YAML forbids it, and which one wins depends on the reader."""
    stack = [root]
    push = stack.append
    mapping, scalar = yaml.MappingNode, yaml.ScalarNode
    aliased = "*" in source.text
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if aliased:
            if id(node) in seen:
                continue
            seen.add(id(node))
        if node.__class__ is mapping:
            pairs = node.value
            names = set()
            for key, value in pairs:
                if value.__class__ is not scalar:
                    push(value)
                names.add(key.value if key.__class__ is scalar else id(key))
            if len(names) < len(pairs):
                yield from _repeated(source, base, node)
        elif node.__class__ is not scalar:
            for value in node.value:
                if value.__class__ is not scalar:
                    push(value)


def _loop(root: Any) -> Any | None:
    """A node that an alias inside it leads back to: no reader of these files accepts one."""
    inside: set[int] = set()
    done: set[int] = set()
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, left = stack.pop()
        key = id(node)
        if left:
            inside.discard(key)
            done.add(key)
            continue
        if key in inside:
            return node
        if node.__class__ is yaml.ScalarNode or key in done:
            continue
        inside.add(key)
        stack.append((node, True))
        for item in node.value:
            stack += [(part, False) for part in (item if item.__class__ is tuple else (item,))]
    return None


def _repeated(source: Source, base: int, node: Any) -> Iterator[Fault]:
    first: dict[str, Any] = {}
    for key, _ in node.value:
        if key.__class__ is not yaml.ScalarNode or key.value == _MERGE:
            continue
        if key.value in first:
            yield Fault(
                _anchor(source, base, key),
                f"key `{key.value}` is already set in this mapping",
                ((_anchor(source, base, first[key.value]), "set here first"),),
            )
        else:
            first[key.value] = key


def _anchor(source: Source, base: int, raw: Any) -> Anchor:
    return Anchor(source, base + raw.start_mark.index, base + raw.end_mark.index)


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


def _too_deep(text: str) -> int | None:
    """The offset at which nesting passes `MAX_DEPTH`, if it does; counted on events, without recursion."""
    brackets = text.count("[") + text.count("{") + text.count("- ") + text.count("? ")
    if brackets <= MAX_DEPTH and text.count("\n") <= MAX_DEPTH:
        return None
    if brackets <= MAX_DEPTH and not _indented_deeply(text):
        return None
    depth = 0
    parser = _Composer(text)
    try:
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    return int(event.start_mark.index)  # type: ignore[union-attr]
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return None  # the composer meets the same fault and reports it
    finally:
        parser.dispose()
    return None


def _indented_deeply(text: str) -> bool:
    return re.search(r"^ {%d}" % MAX_DEPTH, text, re.MULTILINE) is not None
