"""Other installed distributions that bring rules or programs, found by their entry points."""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from upstreamlint.files import asked
from upstreamlint.files.asked import COMPILED
from upstreamlint.values import NamedTuple


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


def installed(name: str) -> str:
    """The version of a distribution, as the folder that describes it has it; empty if none is installed."""
    for folder in dict.fromkeys(sys.path):
        for found in asked.distributions(folder):
            own, _, version = found.removesuffix(".dist-info").partition("-")
            if own == name and version:
                return version
    return _described(name)


def _described(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


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
    for folder in dict.fromkeys(path or "." for path in sys.path):
        if asked.is_file(folder):
            yield from (None, None)
        for name in asked.distributions(folder):
            try:
                yield asked.content(f"{folder}/{name}/entry_points.txt")
            except OSError:
                continue


def ask_for_code() -> bool:
    """Ask the disk for all code that has run, beside Python's own; whether it lies where it can be asked for.

    What is installed is told by its version, and this program and its plugins by the list of their files; code
    that is run from where it is written, by every file.
    """
    tops = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"__main__"}
    modules = [module for name in sorted(tops) if (module := sys.modules.get(name)) is not None]
    paths = [
        p for module in modules for p in getattr(module, "__path__", [getattr(module, "__file__", None)])
    ]
    folders = {path: posixpath.dirname(path) for path in paths if path}
    if not all(map(asked.is_folder, folders.values())):
        return False
    installed = {folder: asked.distributions(folder) for folder in set(folders.values())}
    for folder, names in installed.items():
        for name in names:
            _ask_for_list(f"{folder}/{name}")
    for path, folder in folders.items():
        if not installed[folder]:
            _ask_for_all(path)
    return True


def _ask_for_list(folder: str) -> None:
    """Ask for the list of a distribution's files, with their digests, if it is this program or a plugin of it."""
    with suppress(OSError):
        if _OURS in asked.content(f"{folder}/entry_points.txt"):
            asked.content(f"{folder}/RECORD")


_OURS = b"[upstreamlint."


def _ask_for_all(path: str) -> None:
    """Ask for each file in a folder, or for the file."""
    if not asked.is_folder(path):
        with suppress(OSError):
            asked.content(path)
        return
    for entry in asked.entries(path):
        if entry.name != COMPILED:
            _ask_for_all(entry.path)
