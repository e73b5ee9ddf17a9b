"""The `.gitignore` files that speak of a folder: its own, and those above it in its repository."""

from __future__ import annotations

import os
from collections.abc import Iterator

from upstreamlint.files import asked
from upstreamlint.files.gitignore import Patterns
from upstreamlint.files.opener import MAX_BYTES
from upstreamlint.files.readable import join, parent
from upstreamlint.values import NamedTuple


class Level(NamedTuple):
    """Patterns, and the absolute folder that they are relative to (it ends in `/`)."""

    base: str
    patterns: Patterns


def ignored(levels: list[Level], path: str) -> bool:
    """Whether a path is ignored; the nearest level that speaks of it decides."""
    for base, patterns in levels:
        if path.startswith(base):
            verdict = patterns.ignores(path[len(base) :])
            if verdict is not None:
                return verdict
    return False


def with_own(folder: str, above: list[Level]) -> list[Level]:
    """The levels of a folder that has a `.gitignore`, the nearest first."""
    own = _gitignore(folder)
    return [Level(prefixed(folder), own), *above] if own else above


def enclosing(path: str) -> list[Level]:
    """The `.gitignore` files above a folder in its repository, the nearest first."""
    levels: list[Level] = []
    folder = os.path.abspath(path)
    for above in _repository(folder):
        if above != folder:
            own = _gitignore(above)
            if own:
                levels.append(Level(prefixed(above), own))
    return levels


def _repository(folder: str) -> list[str]:
    """The folders from this one up to the root of its repository; none outside a repository."""
    chain = list(ancestors(folder))
    for index, above in enumerate(chain):
        if asked.is_there(join(above, ".git")):
            return chain[: index + 1]
    return []


def ancestors(folder: str) -> Iterator[str]:
    """An absolute folder, and each folder above it."""
    while True:
        yield folder
        above = parent(folder)
        if above == folder:
            return
        folder = above


def _gitignore(folder: str) -> Patterns:
    # git itself does not follow a `.gitignore` that is a link.
    try:
        data = asked.content(f"{folder}/.gitignore", links=False)
    except OSError:
        return Patterns(())
    return Patterns(data.decode("utf-8-sig", errors="replace").split("\n") if len(data) <= MAX_BYTES else ())


def prefixed(folder: str) -> str:
    """A folder's path with one `/` at its end."""
    return folder.replace(os.sep, "/").rstrip("/") + "/"
