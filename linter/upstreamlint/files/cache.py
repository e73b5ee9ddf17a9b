"""What earlier runs have left for later ones, in this user's cache folder.

An entry is a JSON value under a kind and a name; the name says everything that it depends on. Whatever is wrong with the
cache, the folder, an entry or the disk, the run does without: nothing here raises.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time

from upstreamlint.files import asked, opener
from upstreamlint.typed import Any

LARGEST = 64_000_000
"""Bytes of one entry; what is larger is not kept."""

MOST = 256_000_000
"""Bytes of all entries of a kind; the ones that were asked for longest ago go first."""

UNASKED = 30 * 24 * 3600.0
"""Seconds for which an entry is kept that nobody asks for."""

_FORMAT = "1"
_NEW = ".new"


def folder(kind: str) -> str | None:
    """Where this user's entries of a kind are kept; nothing without a home."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):
            base = os.path.expanduser("~/.cache")
    return os.path.join(base, "upstreamlint", kind) if os.path.isabs(base) else None


def load(kind: str, name: str) -> Any:
    """The value under a name; nothing when there is none that is whole and ours."""
    where = folder(kind)
    if where is None or not name.isalnum():
        return None
    path = os.path.join(where, f"{name}.json")
    try:
        kept = opener.content(path, LARGEST, links=False)
        head, _, body = kept.partition(b"\n")
        if head != _head(name, body) or not _is_ours(where):
            return None
        os.utime(path)
        return json.loads(body)
    except (OSError, ValueError, RecursionError):
        return None


def save_content(kind: str, value: Any) -> str:
    """Keep a value under a name of its own, which says what it is."""
    name = asked.digest(_text(value))
    save(kind, name, value)
    return name


def save(kind: str, name: str, value: Any) -> None:
    """Keep a value for later runs."""
    where = folder(kind)
    body = _text(value)
    if where is None or len(body) > LARGEST:
        return
    with contextlib.suppress(OSError):
        os.makedirs(where, mode=0o700, exist_ok=True)
        if _is_ours(where):
            _make_room(where, len(body))
            _put(os.path.join(where, f"{name}.json"), _head(name, body) + b"\n" + body)


def _text(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _head(name: str, body: bytes) -> bytes:
    """The first line of an entry, by which one that was cut off, changed or renamed is told."""
    return json.dumps(f"{_FORMAT} {asked.digest(name.encode() + body)}").encode()


def _is_ours(where: str) -> bool:
    """Whether nobody else can have put the files there."""
    found = os.stat(where)
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def _put(path: str, data: bytes) -> None:
    """Write a file in one step, so that nobody ever reads a part of it."""
    new = f"{path}.{os.getpid()}-{time.time_ns()}{_NEW}"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.replace(new, path)
    except OSError:
        os.unlink(new)
        raise


def _make_room(where: str, wanted: int) -> None:
    """Drop what nobody has asked for in a month, and the oldest until so many more bytes have room."""
    with os.scandir(where) as entries:
        ours = [(e.stat(follow_symlinks=False), e.path) for e in entries if e.name.endswith((".json", _NEW))]
    left = MOST - wanted - sum(found.st_size for found, _ in ours)
    before = time.time() - UNASKED
    for found, path in sorted(ours, key=lambda one: one[0].st_mtime):
        if found.st_mtime >= before and left >= 0:
            break
        left += found.st_size
        with contextlib.suppress(OSError):
            os.unlink(path)
