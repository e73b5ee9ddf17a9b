"""The tree of a YAML (or JSON) document: plain values that know where they stand.

A tree is read lazily: a mapping or sequence converts its children when it is first looked into, so
parts that nothing models cost nothing. A scalar keeps its text as written, because what `22:22`, `on`
or `010` mean is a question of the program that reads it (see `scalars`), not of YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from upstreamlint.source import Anchor, Source


class Scalar(NamedTuple):
    """A leaf: its text, and whether it was written without quotes."""

    value: str
    plain: bool
    source: Source
    start: int
    end: int
    tag: str = ""

    @property
    def anchor(self) -> Anchor:
        """Where it stands, quotes included."""
        return Anchor(self.source, self.start, self.end)

    @property
    def is_null(self) -> bool:
        """Whether YAML reads it as nothing."""
        return self.plain and self.value in _NULLS

    def __str__(self) -> str:
        return self.value


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Entry(NamedTuple):
    """One key of a mapping, with its value."""

    key: Scalar
    value: Node

    @property
    def anchor(self) -> Anchor:
        """From the key's first character to the value's last."""
        start, end = self.key.start, self.value.end
        if self.value.source is not self.key.source or end < start:
            return self.key.anchor
        return Anchor(self.key.source, start, end)


class Mapping:
    """Keys and values in the order written; merge keys (`<<`) are resolved, the last duplicate wins.

    `entries` are given as they are, or as a function that makes them when they are first needed; `find`
    then makes a single one, so that looking up one key of many costs one.
    """

    __slots__ = ("_entries", "_find", "_found", "_load", "end", "source", "start", "tag")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, Entry] | Callable[[], dict[str, Entry]],
        tag: str = "",
        find: Callable[[str], Entry | None] | None = None,
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self._load: Callable[[], dict[str, Entry]] | None
        self._entries: dict[str, Entry] | None
        self._find = find
        self._found: dict[str, Entry | None] | None = None
        if callable(entries):
            self._load, self._entries = entries, None
        else:
            self._load, self._entries = None, entries

    @property
    def anchor(self) -> Anchor:
        """From the first key to the end of the last value."""
        return Anchor(self.source, self.start, self.end)

    @property
    def entries(self) -> dict[str, Entry]:
        """Every key's entry, by the key's text."""
        if self._entries is None:
            assert self._load is not None
            self._entries = self._load()
            for key, entry in (self._found or {}).items():
                if entry is not None:
                    self._entries[key] = entry
            self._load = self._find = self._found = None
        return self._entries

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        if self._entries is not None or self._find is None:
            return self.entries.get(key)
        if self._found is None:
            self._found = {}
        if key not in self._found:
            self._found[key] = self._find(key)
        return self._found[key]

    def get(self, key: str) -> Node | None:
        """The value of a key; nothing when it is missing or null."""
        entry = self.entry(key)
        if entry is None:
            return None
        value = entry.value
        return None if isinstance(value, Scalar) and value.is_null else value

    def mapping(self, key: str) -> Mapping | None:
        """The value of a key, if it is a mapping."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else None

    def sequence(self, key: str) -> Sequence | None:
        """The value of a key, if it is a sequence."""
        value = self.get(key)
        return value if isinstance(value, Sequence) else None

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key, if it is a scalar that is not null."""
        value = self.get(key)
        return value if isinstance(value, Scalar) else None

    def mappings(self, key: str) -> list[Mapping]:
        """The mappings in the sequence under a key; other items are passed over."""
        value = self.get(key)
        return [i for i in value.items if isinstance(i, Mapping)] if isinstance(value, Sequence) else []

    def scalars(self, key: str) -> list[Scalar]:
        """The scalars in the sequence under a key; other items are passed over."""
        value = self.get(key)
        return [i for i in value.items if isinstance(i, Scalar)] if isinstance(value, Sequence) else []

    def at(self, *path: str) -> Node | None:
        """The value at a path of keys."""
        node: Node | None = self
        for key in path:
            if not isinstance(node, Mapping):
                return None
            node = node.get(key)
        return node

    def key(self, key: str) -> Anchor:
        """Where a key is written; the mapping's own place when it is missing."""
        entry = self.entry(key)
        return entry.key.anchor if entry else self.anchor

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, key: str) -> bool:
        return self.entry(key) is not None

    def __repr__(self) -> str:
        return f"Mapping({list(self.entries)})"


class Sequence:
    """Items in the order written."""

    __slots__ = ("_items", "_load", "end", "source", "start", "tag")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        items: list[Node] | Callable[[], list[Node]],
        tag: str = "",
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.tag = tag
        self._load: Callable[[], list[Node]] | None
        self._items: list[Node] | None
        if callable(items):
            self._load, self._items = items, None
        else:
            self._load, self._items = None, items

    @property
    def anchor(self) -> Anchor:
        """From the first item to the end of the last."""
        return Anchor(self.source, self.start, self.end)

    @property
    def items(self) -> list[Node]:
        """Every item."""
        if self._items is None:
            assert self._load is not None
            self._items = self._load()
            self._load = None
        return self._items

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"Sequence({len(self.items)} items)"


Node: TypeAlias = Scalar | Mapping | Sequence


class Document(NamedTuple):
    """One YAML document of a source; `number` counts from 0."""

    source: Source
    root: Node
    number: int = 0
