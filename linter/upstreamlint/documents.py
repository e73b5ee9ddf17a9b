"""The tree of a YAML (or JSON) document: plain values that know where they stand.

A tree is read lazily: a mapping or sequence converts its children when it is first looked into, so
parts that nothing models cost nothing. A scalar keeps its text as written, because what `22:22`, `on`
or `010` mean is a question of the program that reads it (see `scalars`), not of YAML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeAlias

from upstreamlint.source import Anchor, Source

UNKNOWN = "unknown"
"""The tag of a scalar whose text holds a variable without a value: `${NAME}` stands where it would be."""

INTERPOLATED = "interpolated"
"""The tag of a scalar whose text was put together from variables that all have a value."""


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


class Table(Protocol):
    """A mapping that is not converted yet: one key, or one value, is made when it is asked for."""

    def names(self) -> Iterable[str]:
        """The text of every key, in the order written."""

    def value(self, name: str) -> Node | None:
        """The value of a key; the same object each time."""

    def entry(self, name: str) -> Entry | None:
        """The entry of a key."""

    def end(self) -> int:
        """The offset at which the last value ends."""


class Mapping:
    """Keys and values in the order written; merge keys (`<<`) are resolved, the last duplicate wins.

    `entries` are given as they are, as a function that makes them when they are first needed, or as a
    table, so that looking up one key of many costs one.
    """

    __slots__ = ("_end", "_entries", "_load", "_table", "source", "start", "tag")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, Entry] | Callable[[], dict[str, Entry]] | Table,
        tag: str = "",
    ) -> None:
        self.source = source
        self.start = start
        self.tag = tag
        self._end = end
        self._entries: dict[str, Entry] | None = None
        self._load: Callable[[], dict[str, Entry]] | None = None
        self._table: Table | None = None
        if isinstance(entries, dict):
            self._entries = entries
        elif callable(entries):
            self._load = entries
        else:
            self._table = entries

    @property
    def end(self) -> int:
        """The offset at which the last value ends."""
        if self._end < self.start and self._table is not None:
            self._end = self._table.end()
        return self._end

    @property
    def anchor(self) -> Anchor:
        """From the first key to the end of the last value."""
        return Anchor(self.source, self.start, self.end)

    @property
    def table(self) -> Table | None:
        """The table that it was made of, if it was."""
        return self._table

    @property
    def entries(self) -> dict[str, Entry]:
        """Every key's entry, by the key's text."""
        if self._entries is None:
            if self._table is not None:
                found = ((name, self._table.entry(name)) for name in self._table.names())
                self._entries = {name: entry for name, entry in found if entry is not None}
            else:
                self._entries = self._load() if self._load is not None else {}
                self._load = None
        return self._entries

    def names(self) -> Iterable[str]:
        """The text of every key."""
        return self._table.names() if self._table is not None else self.entries

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self._table.entry(key) if self._table is not None else self.entries.get(key)

    def get(self, key: str) -> Node | None:
        """The value of a key; nothing when it is missing or null."""
        if self._table is not None:
            value = self._table.value(key)
        else:
            entry = self.entries.get(key)
            value = entry.value if entry is not None else None
        return None if value.__class__ is Scalar and value.is_null else value

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

    __slots__ = ("_end", "_items", "_load", "source", "start", "tag")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int | Callable[[], int],
        items: list[Node] | Callable[[], list[Node]],
        tag: str = "",
    ) -> None:
        self.source = source
        self.start = start
        self._end = end
        self.tag = tag
        self._load: Callable[[], list[Node]] | None
        self._items: list[Node] | None
        if callable(items):
            self._load, self._items = items, None
        else:
            self._load, self._items = None, items

    @property
    def end(self) -> int:
        """The offset at which the last item ends."""
        if not isinstance(self._end, int):
            self._end = self._end()
        return self._end

    @property
    def anchor(self) -> Anchor:
        """From the first item to the end of the last."""
        return Anchor(self.source, self.start, self.end)

    @property
    def items(self) -> list[Node]:
        """Every item."""
        if self._items is None:
            self._items = self._load() if self._load is not None else []
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
