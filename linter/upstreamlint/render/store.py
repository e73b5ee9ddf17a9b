"""What earlier runs have built, by the content of everything that went into it.

Only documents that are read are kept; Secrets never are. A store that cannot be read or written is empty.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

from upstreamlint.files import opener
from upstreamlint.files.readable import Files
from upstreamlint.render.kustomize import Built
from upstreamlint.render.reach import Reach

FORMAT = 2
_LARGEST = 200_000_000
_KEPT = 30 * 24 * 3600.0
"""Seconds for which a build is kept that nobody asks for."""


def folder() -> str:
    """Where this user's builds are kept."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "upstreamlint", "kustomize")


def key(reach: Reach, program: Sequence[str], files: Files) -> str:
    """A name for all that a build depends on: the renderer, where the root is, and each file that it reads."""
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(json.dumps([str(part) for part in parts]).encode())

    add(FORMAT, *program, *_state(program[0]))
    add(os.path.realpath(reach.folder))
    for path in sorted(reach.files):
        source = files.source(path)
        add(os.path.realpath(path), *(_state(path) if source is None else (source.text,)))
    return digest.hexdigest()


def _state(path: str) -> tuple[object, ...]:
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_size, found.st_mtime_ns


def load(name: str) -> Built | None:
    """What was built under a name."""
    path = os.path.join(folder(), f"{name}.json")
    try:
        kept = json.loads(opener.content(path, _LARGEST, links=False))
        text, wrapper = str(kept["text"]), str(kept["wrapper"])
        if kept["sum"] != _sum(text, wrapper) or not _is_ours():
            return None
        os.utime(path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Built(text, "", wrapper)


def _sum(text: str, wrapper: str) -> str:
    """What tells that nothing was cut off or changed in a file of the cache."""
    return hashlib.sha256(json.dumps([text, wrapper]).encode()).hexdigest()


def _is_ours() -> bool:
    """Whether nobody else can have put the files there."""
    found = os.stat(folder())
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def save(name: str, built: Built, wanted: Callable[[str], bool]) -> None:
    """Keep a build for later runs."""
    text = "\n---\n".join(part for part in built.text.split("\n---\n") if wanted(part))
    with contextlib.suppress(OSError):
        os.makedirs(folder(), mode=0o700, exist_ok=True)
        _forget()
        handle, path = tempfile.mkstemp(dir=folder(), suffix=".new")
        with open(handle, "w", encoding="utf-8") as stream:
            json.dump({"text": text, "wrapper": built.wrapper, "sum": _sum(text, built.wrapper)}, stream)
        os.replace(path, os.path.join(folder(), f"{name}.json"))


def _forget() -> None:
    """Drop what nobody has asked for in a month."""
    before = time.time() - _KEPT
    with os.scandir(folder()) as entries:
        for entry in entries:
            if entry.name.endswith((".json", ".new")) and entry.stat().st_mtime < before:
                os.unlink(entry.path)
