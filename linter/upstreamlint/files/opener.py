"""The one place that opens what lies in a tree: regular files, so far and no further.

A FIFO without a writer, a terminal or `/dev/zero` under the name of a configuration file would be read forever, and
a name with a NUL is none to the system.
"""

from __future__ import annotations

import errno
import os
import stat

MAX_BYTES = 8_000_000
"""Larger files are not configuration; they are skipped and counted."""

# Without a writer, a FIFO that took a file's place after it was looked at would keep a blocking open waiting.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
_OWN_ONLY = getattr(os, "O_NOFOLLOW", 0)


def content(
    path: str, most: int = MAX_BYTES, *, links: bool = True, looked: os.stat_result | None = None
) -> bytes:
    """The bytes of a regular file; of one that is longer than `most`, that many and one more.

    Without `links`, a symbolic link is not followed. `looked` is what `os.stat` has said of it just now.

    Raises:
        OSError: it is missing, no regular file, or cannot be read.
    """
    try:
        found = _regular(looked or os.stat(path), path)
        handle = os.open(path, _FLAGS if links else _FLAGS | _OWN_ONLY)
    except ValueError:
        raise OSError(errno.EINVAL, "is no name of a file", path) from None
    try:
        if looked is None:
            found = _regular(os.fstat(handle), path)
        # Asked for as much as may be read, a buffer of that size would be made for each small file.
        data = os.read(handle, min(found.st_size, most) + 1)
        while (
            len(data) != found.st_size
            and len(data) <= most
            and (more := os.read(handle, most + 1 - len(data)))
        ):
            data += more
        return data
    finally:
        os.close(handle)


def _regular(found: os.stat_result, path: str) -> os.stat_result:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is no regular file", path)
    return found


def is_name(path: str) -> bool:
    """Whether the system could have a file of this name: no NUL, no half of a character."""
    return "\0" not in path and (path.isascii() or _encodes(path))


def _encodes(path: str) -> bool:
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True
