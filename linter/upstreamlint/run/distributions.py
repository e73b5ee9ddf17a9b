"""Other installed distributions that bring rules or programs, found by their entry points."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from upstreamlint.files import asked


class Brought(NamedTuple):
    """An entry point: its name, what it points at, and the distribution that brings it."""

    name: str
    value: str
    origin: str


def brought(group: str) -> list[Brought]:
    """The entry points of a group, by name."""
    from importlib.metadata import entry_points

    found = (
        Brought(p.name, p.value, f"{p.dist.name} {p.dist.version}" if p.dist else p.value)
        for p in entry_points(group=group)
    )
    return sorted(found)


def count(group: str) -> int:
    """How many distributions may bring entry points of a group.

    `importlib.metadata` would tell, but importing it takes as long as checking ten files; the files that it
    reads are looked for here, and only its user's plugins are worth the rest.
    """
    header = f"[{group}]".encode()
    return sum(text is None or header in text for text in _texts())


@cache
def _texts() -> tuple[bytes | None, ...]:
    """The entry points of every distribution; nothing for a zip file, which only `importlib.metadata` looks into."""
    return tuple(_read())


def _read() -> Iterator[bytes | None]:
    for folder in dict.fromkeys(sys.path):
        if asked.is_file(folder):
            yield from (None, None)
        for name in asked.distributions(folder):
            try:
                yield asked.content(f"{folder or '.'}/{name}/entry_points.txt")
            except OSError:
                continue
