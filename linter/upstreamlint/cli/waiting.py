"""A line on the terminal that says how far a long run is; short runs, pipes and machines get none."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from upstreamlint.run.progress import Progress, silent
from upstreamlint.typed import TextIO

AFTER = 0.7
"""Seconds that a run takes before anything is shown."""

_EVERY = 0.1
_BAR = 24
_CLEAR = "\r\x1b[K"


class Line:
    """Rewrites one line; `stream` is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._next = time.monotonic() + AFTER
        self._shown = False

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Show a stage, and a bar when its total is known."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
        self._shown = True
        filled = _BAR * done // total if total else 0
        bar = f" [{'#' * filled}{' ' * (_BAR - filled)}] {done} of {total}" if total else " …"
        self._stream.write(f"{_CLEAR}{stage}{bar}")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()


@contextmanager
def waiting() -> Iterator[Progress]:
    """What a run tells its progress to, for as long as it takes."""
    if not sys.stderr.isatty():
        yield silent
        return
    line = Line(sys.stderr)
    try:
        yield line
    finally:
        line.clear()
