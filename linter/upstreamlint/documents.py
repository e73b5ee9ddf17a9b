"""The tree of a YAML (or JSON) document: plain values that know where they stand.

A scalar keeps its text as written, because what `22:22`, `on` or `010` mean is a question of the program that
reads it (see `scalars`), not of YAML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.source import Anchor, Source
from upstreamlint.typed import TypeAlias
from upstreamlint.values import NamedTuple

_new = tuple.__new__
"""Makes a tuple with names of all its fields in half the time that its type takes."""

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
        return _new(Anchor, (self.source, self.start, self.end))

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

    `values` are told by the text of their keys. Most keys are looked up and never shown, so of a mapping that was `read`
    from plain text the `places`, where each key starts, are kept until an entry is asked for; no other mapping has them.
    """

    __slots__ = ("_end", "_entries", "places", "source", "start", "tag", "values")

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        entries: dict[str, Entry] | None,
        tag: str = "",
        values: dict[str, Node] | None = None,
        places: list[int] | None = None,
    ) -> None:
        self.source = source
        self.start = start
        self.tag = tag
        self._end = end
        self._entries = entries
        self.values = _values(entries) if values is None else values
        self.places = places

    @classmethod
    def read(
        cls, source: Source, start: int, values: dict[str, Node], places: list[int], end: int = -1
    ) -> Mapping:
        """A mapping of plain text: its values by their keys, and where each key starts, which is written as it is."""
        return cls(source, start, end, None, "", values, places)

    @property
    def in_place(self) -> bool:
        """Whether it is what the text says where it stands, word for word: nothing is an alias or was rendered."""
        return self.places is not None

    @property
    def end(self) -> int:
        """The offset at which the last value ends."""
        if self._end < self.start:
            last = next(reversed(self.values.values()), None)
            self._end = self.start if last is None else last.end
        return self._end

    @property
    def anchor(self) -> Anchor:
        """From the first key to the end of the last value."""
        return Anchor(self.source, self.start, self.end)

    @property
    def entries(self) -> dict[str, Entry]:
        """Every key's entry, by the key's text."""
        if self._entries is None:
            places = zip(self.values.items(), self.places or (), strict=True)
            self._entries = {name: _new(Entry, (self._key(name, at), value)) for (name, value), at in places}
        return self._entries

    def _key(self, name: str, start: int) -> Scalar:
        quoted = self.source.text[start] in "\"'"
        return _new(Scalar, (name, not quoted, self.source, start, start + len(name) + 2 * quoted, ""))

    def names(self) -> Iterable[str]:
        """The text of every key."""
        return self.values

    def entry(self, key: str) -> Entry | None:
        """The entry of a key."""
        return self.entries.get(key)

    def get(self, key: str) -> Node | None:
        """The value of a key; nothing when it is missing or null."""
        value = self.values.get(key)
        return None if value.__class__ is Scalar and value[1] and value[0] in _NULLS else value

    def mapping(self, key: str) -> Mapping | None:
        """The value of a key, if it is a mapping."""
        value = self.values.get(key)
        return value if value.__class__ is Mapping else None

    def sequence(self, key: str) -> Sequence | None:
        """The value of a key, if it is a sequence."""
        value = self.values.get(key)
        return value if value.__class__ is Sequence else None

    def scalar(self, key: str) -> Scalar | None:
        """The value of a key, if it is a scalar that is not null."""
        value = self.values.get(key)
        if value.__class__ is not Scalar or (value[1] and value[0] in _NULLS):
            return None
        return value

    def mappings(self, key: str) -> list[Mapping]:
        """The mappings in the sequence under a key; other items are passed over."""
        value = self.sequence(key)
        return [i for i in value.items if isinstance(i, Mapping)] if value is not None else []

    def scalars(self, key: str) -> list[Scalar]:
        """The scalars in the sequence under a key; other items are passed over."""
        value = self.sequence(key)
        return [i for i in value.items if isinstance(i, Scalar)] if value is not None else []

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
        return key in self.values

    def __repr__(self) -> str:
        return f"Mapping({list(self.entries)})"


def _values(entries: dict[str, Entry] | None) -> dict[str, Node]:
    return {name: entry[1] for name, entry in entries.items()} if entries else {}


class Sequence:
    """Items in the order written; a negative `end` is that of the last of them."""

    __slots__ = ("_end", "items", "source", "start", "tag")

    def __init__(self, source: Source, start: int, end: int, items: list[Node], tag: str = "") -> None:
        self.source = source
        self.start = start
        self._end = end
        self.tag = tag
        self.items = items

    @property
    def end(self) -> int:
        """The offset at which the last item ends."""
        if self._end < self.start:
            self._end = self.items[-1].end if self.items else self.start
        return self._end

    @property
    def anchor(self) -> Anchor:
        """From the first item to the end of the last."""
        return Anchor(self.source, self.start, self.end)

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
