"""The files that a run may read, and no others.

Includes, mounts, Dockerfiles and env files lead a reader from file to file. It asks here, so that nothing
outside the given paths is ever opened: not through `..`, not through an absolute path, not through a
symbolic link.
"""

from __future__ import annotations

import os
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from upstreamlint.files import asked, opener
from upstreamlint.files.opener import MAX_BYTES
from upstreamlint.source import Source
from upstreamlint.typed import Protocol


class Files(Protocol):
    """Read access by POSIX path, relative to the working directory; `..` and `.` are resolved by the caller's path."""

    def source(self, path: str) -> Source | None:
        """The file as text; nothing when it is missing, outside the given paths, too large or binary."""

    def is_file(self, path: str) -> bool:
        """Whether a readable file is there."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there."""

    def knows(self, path: str) -> bool:
        """Whether the path lies inside what may be read, so that `is_file` answers for the real world."""

    def listing(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""


def normal(path: str) -> str:
    """A path without `.`, `..` and doubled slashes; the working directory is `.`."""
    return posixpath.normpath(path)


def join(folder: str, path: str) -> str:
    """A path seen from a folder; an absolute one stays as it is."""
    return posixpath.normpath(posixpath.join(folder, path))


@lru_cache(maxsize=65_536)
def parent(path: str) -> str:
    """The folder that holds a path."""
    return posixpath.dirname(path) or "."


def is_beside(one: str, other: str) -> bool:
    """Whether two folders are deployed together: one encloses the other, or both are in the same one."""
    if one == other or "." in (one, other) or parent(one) == parent(other):
        return True
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def matching(files: Files, pattern: str) -> list[str]:
    """The files that a shell pattern names, sorted; `*` does not cross folders."""
    pattern = normal(pattern)
    if not any(c in pattern for c in "*?["):
        return [pattern] if files.is_file(pattern) else []
    parts = pattern.split("/")
    found = ["/"] if parts[0] == "" else ["."]
    for part in parts[1:] if parts[0] == "" else parts:
        if any(c in part for c in "*?["):
            found = [
                join(folder, name)
                for folder in found
                for name in files.listing(folder)
                if fnmatchcase(name, part) and (not name.startswith(".") or part.startswith("."))
            ]
        else:
            found = [join(folder, part) for folder in found]
    return sorted(p for p in found if files.is_file(p))


class DiskFiles:
    """Files on disk, below the given roots."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._roots = [asked.real(root) for root in roots]
        self._inside = tuple(f"{root.rstrip('/')}/" for root in self._roots)
        self._folders: dict[str, str] = {}
        self._reals: dict[str, str | None] = {}
        self._sources: dict[str, Source | None] = {}

    @property
    def edited(self) -> frozenset[str]:
        """The files whose text is not that on disk."""
        return frozenset()

    def _real(self, path: str) -> str | None:
        """The real path behind a path, if it is inside a root; looked for once."""
        if path not in self._reals:
            self._reals[path] = self._resolved(path)
        return self._reals[path]

    def _resolved(self, path: str) -> str | None:
        if not opener.is_name(path):
            return None
        folder, name = posixpath.split(path)
        if name in ("", ".", ".."):
            real = asked.real(path)
        else:
            # Most files of a run share few folders: resolving those once saves most of the look-ups.
            real_folder = self._folders.get(folder)
            if real_folder is None:
                real_folder = self._folders[folder] = asked.real(folder or ".")
            real = f"{real_folder.rstrip('/')}/{name}"
            if os.path.islink(real):
                real = asked.real(real)
        return real if real.startswith(self._inside) or real in self._roots else None

    def source(self, path: str) -> Source | None:
        """See `Files.source`; a file is read once."""
        path = normal(path)
        if path not in self._sources:
            real = self._real(path)
            self._sources[path] = self._read(path, real) if real is not None else None
        return self._sources[path]

    def _read(self, path: str, real: str) -> Source | None:
        try:
            data = asked.content(real, links=False)
        except OSError:
            return None
        text = decode(data) if len(data) <= MAX_BYTES else None
        return None if text is None else Source(path, text)

    def is_file(self, path: str) -> bool:
        """See `Files.is_file`."""
        real = self._real(normal(path))
        return real is not None and asked.is_file(real)

    def is_folder(self, path: str) -> bool:
        """See `Files.is_folder`."""
        real = self._real(normal(path))
        return real is not None and asked.is_folder(real)

    def knows(self, path: str) -> bool:
        """See `Files.knows`."""
        real = self._real(normal(path))
        if real is None:
            return False
        asked.is_there(real)  # a link in its place might lead out
        return True

    def listing(self, folder: str) -> list[str]:
        """See `Files.listing`."""
        real = self._real(normal(folder))
        if real is None:
            return []
        try:
            return [entry.name for entry in asked.entries(real)]
        except OSError:
            return []


class Kept:
    """Sources that outlive a run, by path: an editor's server reads one file anew, and not all of them.

    `states` tell whether a file on disk is still the one that was `read`.
    """

    def __init__(self) -> None:
        self.states: dict[str, tuple[int, ...]] = {}
        self.read: dict[str, Source | None] = {}
        self._latest: dict[str, Source] = {}

    def latest(self, path: str) -> Source | None:
        """The source that was read last at a path."""
        return self._latest.get(path)

    def source(self, path: str, text: str) -> Source:
        """The source of a text: the same one while the text is the same."""
        found = self._latest.get(path)
        if found is None or found.text != text:
            found = self._latest[path] = Source(path, text, kept=True)
        return found


def _state(real: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(real)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class EditedFiles(DiskFiles):
    """Files on disk, some of which have another text by now: what an editor holds, or a fix would write.

    `edited` are the texts by path, relative to the working directory. What is `kept` from run to run is read, and
    made into resources, once for each of its states.
    """

    def __init__(self, roots: Iterable[str], edited: Mapping[str, str], kept: Kept | None = None) -> None:
        super().__init__(roots)
        self._kept = kept
        for path, text in edited.items():
            self._sources[normal(path)] = self._of(normal(path), text)
        self._edited = frozenset(normal(path) for path in edited)

    def _of(self, path: str, text: str) -> Source:
        return Source(path, text) if self._kept is None else self._kept.source(path, text)

    def _read(self, path: str, real: str) -> Source | None:
        state = _state(real) if self._kept is not None else None
        if self._kept is None or state is None:
            return super()._read(path, real)
        if self._kept.states.get(path) != state:
            source = super()._read(path, real)
            self._kept.states[path] = state
            self._kept.read[path] = None if source is None else self._kept.source(path, source.text)
        return self._kept.read[path]

    @property
    def edited(self) -> frozenset[str]:
        """See `DiskFiles.edited`."""
        return self._edited


_MARK = b"\xef\xbb\xbf"
"""What may stand before UTF-8."""


def decode(data: bytes) -> str | None:
    """Bytes as text: UTF-8 or UTF-16 by its mark, a stray byte replaced; nothing for binary content."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\0" in data:
        return None
    return data.removeprefix(_MARK).decode("utf-8", errors="replace")


class MemoryFiles:
    """Files held in memory, by path: what tests and editors use."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._sources = {normal(path): Source(normal(path), text) for path, text in texts.items()}
        self._folders = {"."}
        for path in self._sources:
            folder = parent(path)
            while folder not in self._folders and folder != "/":
                self._folders.add(folder)
                folder = parent(folder)
        self._names: dict[str, set[str]] = defaultdict(set)
        for path in (*self._sources, *self._folders):
            if path != ".":
                self._names[parent(path)].add(posixpath.basename(path))

    def source(self, path: str) -> Source | None:
        """See `Files.source`."""
        return self._sources.get(normal(path))

    def is_file(self, path: str) -> bool:
        """See `Files.is_file`."""
        return normal(path) in self._sources

    def is_folder(self, path: str) -> bool:
        """See `Files.is_folder`."""
        return normal(path) in self._folders

    def knows(self, path: str) -> bool:
        """See `Files.knows`."""
        return not normal(path).startswith(("..", "/"))

    def listing(self, folder: str) -> list[str]:
        """See `Files.listing`."""
        return sorted(self._names.get(normal(folder), ()))
