"""Dotted names as a tree: `entryPoints.web.address=:80` says what a file says with three levels.

After the label and flag parsers of traefik/paerser: letters of fields may be of either case, names of the user keep
theirs, `list[0].field` is an item, and a list may be written with commas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.readers.compose.tree import part

_LISTED = patterns.compile(r"[^,\s][^,]*")
_MAX_DEPTH = 20


def tree(pairs: Iterable[tuple[Scalar, str, Scalar]]) -> Mapping | None:
    """The tree of keys, their dotted names and their values; nothing where there are none."""
    found = [(key, name.split(".", _MAX_DEPTH), value) for key, name, value in pairs]
    return _level(found, 0) if found else None


def _level(pairs: list[tuple[Scalar, list[str], Scalar]], depth: int) -> Mapping:
    groups: dict[str, list[tuple[Scalar, list[str], Scalar]]] = {}
    written: dict[str, str] = {}
    for pair in pairs:
        name = pair[1][depth]
        first = written.setdefault(name.lower(), name)
        groups.setdefault(first, []).append(pair)
    entries: dict[str, Entry] = {}
    for name, group in groups.items():
        key = group[0][0]._replace(value=name)
        deeper = [pair for pair in group if len(pair[1]) > depth + 1]
        entries[name] = Entry(key, _level(deeper, depth + 1) if deeper else group[-1][2])
    first_key = pairs[0][0]
    return Mapping(first_key.source, first_key.start, first_key.end, entries)


def field(holder: Node | None, *path: str) -> Node | None:
    """The value at a path of fields, whatever the case of their letters."""
    node = holder
    for name in path:
        if not isinstance(node, Mapping):
            return None
        entry = node.entry(name) or _alike(node, name)
        node = entry.value if entry is not None else None
    return None if isinstance(node, Scalar) and node.is_null else node


def _alike(holder: Mapping, name: str) -> Entry | None:
    lower = name.lower()
    return next((e for e in holder if e.key.value.lower() == lower), None)


def text(holder: Node | None, *path: str) -> Scalar | None:
    """The scalar at a path of fields."""
    found = field(holder, *path)
    return found if isinstance(found, Scalar) else None


def listed(holder: Node | None, *path: str) -> tuple[Scalar, ...]:
    """The words of a list at a path of fields: items, or one text with commas."""
    found = field(holder, *path)
    if isinstance(found, Sequence):
        return tuple(i for i in found.items if isinstance(i, Scalar))
    if isinstance(found, Scalar):
        return tuple(
            part(found, m.start(), m.start() + len(m[0].rstrip())) for m in _LISTED.finditer(found.value)
        )
    return ()


def entries(holder: Node | None, *path: str) -> Iterator[Entry]:
    """The entries of the mapping at a path of fields."""
    found = field(holder, *path)
    yield from found if isinstance(found, Mapping) else ()


def items(holder: Node | None, *path: str) -> list[Node]:
    """The items of the list at a path of fields."""
    found = field(holder, *path)
    return list(found.items) if isinstance(found, Sequence) else []
