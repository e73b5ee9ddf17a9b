"""Single changes of an object: a part is left out, of another type, out of range, misspelt, said twice."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]

_TEXTS = ("", "Bad_Name!", "a b", "-x", "y" * 300, "*", "https://a.example.com:8080/x", "8080", "../a")
_MORE_TEXTS = ("10.0.0.300", "a/b/c")
_NUMBERS = (0, -1, 1, 70_000, 2**31, 1.5)
_GONE = object()
_MISSPELT = 3


def changes(value: Any) -> Iterator[Any]:
    """The object with each of its parts changed in each way, one at a time, always in the same order."""
    for path, part in _parts(value, ()):
        if path and path[0] not in ("apiVersion", "kind") and path not in _KEPT:
            for other in (_GONE, None, *_others(part)):
                yield _put(value, path, other)


_KEPT = (("metadata",), ("metadata", "name"))
"""An object without a name is none."""


def _parts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    yield path, value
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in pairs:
        yield from _parts(part, (*path, step))


def _put(value: Any, path: Path, other: Any) -> Any:
    changed = copy.deepcopy(value)
    holder = changed
    for step in path[:-1]:
        holder = holder[step]
    if other is _GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = other
    return changed


def _others(part: Any) -> Iterator[Any]:
    if isinstance(part, bool):
        yield from ("true", not part, 1)
    elif isinstance(part, int | float):
        yield from (*_NUMBERS, str(part), "many", [part])
    elif isinstance(part, str):
        first = part[:1]
        yield from (*_TEXTS, *_MORE_TEXTS, first.upper() + part[1:], part.lower(), 7, True, [part])
        yield from ({"a": part}, f"{part}x")
    elif isinstance(part, list):
        yield from ([], {}, "a")
        empty: Any = {} if part and isinstance(part[0], dict) else ""
        yield from ([*part, *more] for more in (part[:1], [None], [empty]))
    elif isinstance(part, dict):
        yield from ({}, [], "a", {**part, "zzUnknown": 1})
        for key in part:
            if isinstance(key, str) and len(key) > _MISSPELT:
                yield {f"{key[:-2]}{key[-1]}{key[-2]}" if k == key else k: v for k, v in part.items()}
