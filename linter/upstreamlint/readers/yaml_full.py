"""YAML that is not plain, as libyaml reads it: anchors, tags, merge keys, texts over lines; and what is wrong with it.

PyYAML's C parser composes the nodes; its resolver and constructor are left out, since they cost more
than the parsing and read scalars as YAML 1.1.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from upstreamlint import patterns
from upstreamlint.budget import DEPTH, Budget
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.yaml_anchors import distinct, repeats
from upstreamlint.readers.yaml_checks import MERGE, Composer, duplicates, overgrown, too_deep
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import Any

_ALIAS = patterns.compile(r"\*(?<![^\s\[{,:?-]\*)[^\s*]")


def parsed(source: Source, base: int, text: str, budget: Budget) -> Iterator[Node | Fault]:
    """The roots of the documents in a text at an offset of its source, and what is wrong with them."""
    deep = too_deep(text)
    if deep is not None:
        where = Anchor(source, base + deep, base + deep + 1)
        yield Fault(where, DEPTH.message, over=True)
        return
    try:
        for raw in _compose(distinct(text) if repeats(text) else text):
            wild = overgrown(source, base, raw, budget) if _ALIAS.search(text) else None
            if wild is not None:
                yield wild
                continue
            yield from duplicates(source, base, raw)
            yield _Tree(source, base).node(raw)
    except yaml.MarkedYAMLError as error:
        yield _fault(source, base, error)
    except yaml.reader.ReaderError as error:
        at = base + min(int(error.position), len(text))
        yield Fault(Anchor(source, at, at + 1), f"{error.reason}")


def _compose(text: str) -> Iterator[Any]:
    composer = Composer(text)
    try:
        while composer.check_node():
            yield composer.get_node()
    finally:
        composer.dispose()


class _Tree:
    """Composed nodes as ours. One that an alias leads to is made once, and stands where its anchor is."""

    def __init__(self, source: Source, base: int) -> None:
        self._source = source
        self._base = base
        self._known: dict[int, Node] = {}

    def node(self, raw: Any) -> Node:
        """The node of a composed one."""
        if raw.__class__ is yaml.ScalarNode:
            return self._scalar(raw)
        found = self._known.get(id(raw))
        if found is None:
            start = self._base + raw.start_mark.index
            if raw.__class__ is yaml.MappingNode:
                entries = self._entries(raw)
                found = Mapping(self._source, start, self._end(raw), entries, raw.tag)
            else:
                items = [self.node(item) for item in raw.value]
                found = Sequence(self._source, start, self._end(raw), items, raw.tag)
            self._known[id(raw)] = found
        return found

    def _scalar(self, raw: Any) -> Scalar:
        start, end = self._base + raw.start_mark.index, self._base + raw.end_mark.index
        return Scalar(raw.value, not raw.style, self._source, start, end, raw.tag)

    def _end(self, raw: Any) -> int:
        """Where the last leaf of a block node ends: its own mark is at the next token, behind blanks and comments."""
        start = self._base + int(raw.start_mark.index)
        if not raw.value or raw.flow_style:
            return max(self._base + int(raw.end_mark.index), start)
        key, last = raw.value[-1] if raw.__class__ is yaml.MappingNode else (None, raw.value[-1])
        if last.start_mark.index <= raw.start_mark.index:
            # An alias stands here, and its node where the anchor is: earlier.
            return self._base + int(key.end_mark.index) if key is not None else start + 1
        return max(self.node(last).end, start)

    def _entries(self, raw: Any) -> dict[str, Entry]:
        """The entries of a mapping, with what it merges; a key that is no scalar goes by its text as written."""
        entries: dict[str, Entry] = {}
        merged: list[Any] = []
        for key, value in raw.value:
            if key.__class__ is not yaml.ScalarNode:
                start, end = self._base + key.start_mark.index, self._base + key.end_mark.index
                name = self._source.text[start:end]
                entries[name] = Entry(Scalar(name, False, self._source, start, end, "?"), self.node(value))
            elif key.value == MERGE and not key.style:
                merged.append(value)
            else:
                entries[key.value] = Entry(self._scalar(key), self.node(value))
        for value in merged:
            for parent in value.value if value.__class__ is yaml.SequenceNode else [value]:
                if parent.__class__ is yaml.MappingNode:
                    for name, entry in self._entries(parent).items():
                        entries.setdefault(name, entry)
        return entries


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
