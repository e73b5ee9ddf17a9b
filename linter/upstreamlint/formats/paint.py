"""Colour, kept apart from the words: a report asks a painter and never knows whether it paints.

Colour is never the only carrier of a meaning: levels are words, and the primary label is drawn with `^`.
"""

from __future__ import annotations

from upstreamlint.values import NamedTuple

_RESET = "\x1b[0m"
_LEVELS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "info": "\x1b[1;36m"}


class Painter(NamedTuple):
    """Wraps text in ANSI colours, or leaves it alone."""

    enabled: bool = False

    def _paint(self, code: str, text: str) -> str:
        return f"{code}{text}{_RESET}" if self.enabled and text else text

    def level(self, level: str, text: str) -> str:
        """Text in the colour of a severity."""
        return self._paint(_LEVELS.get(level, ""), text)

    def bold(self, text: str) -> str:
        """Text that stands out: a message."""
        return self._paint("\x1b[1m", text)

    def frame(self, text: str) -> str:
        """Line numbers, arrows and bars around source lines, and related labels."""
        return self._paint("\x1b[1;34m", text)

    def good(self, text: str) -> str:
        """A clean outcome."""
        return self._paint("\x1b[32m", text)


PLAIN = Painter(enabled=False)
COLOURED = Painter(enabled=True)
