"""Where text comes from, and where in it a thing stands."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from upstreamlint.values import NamedTuple

_SHORT = 20_000
"""Of a shorter text the lines are counted sooner than listed."""


class Span(NamedTuple):
    """A place to show to a person: lines and columns count from 1, columns in characters.

    `end_column` is the column after the last character.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Source:
    """One file, or one stream, that was read.

    `path` is shown to the user: POSIX, relative to the working directory.
    `text` is the decoded content with its line ends untouched, so that offsets count characters of it.
    `made` is what was made of the text, by how; there is none for a source that only one run reads.
    """

    def __init__(self, path: str, text: str, *, kept: bool = False) -> None:
        self.path = path
        self.text = text
        self.made: dict[object, tuple[object, ...]] | None = {} if kept else None

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    @cached_property
    def line_starts(self) -> list[int]:
        """The offset of every line's first character; a line feed, a carriage return or both end a line."""
        text = self.text
        starts = [0]
        find = text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        if "\r" in text:
            lone = [i + 1 for i, c in enumerate(text) if c == "\r" and text[i + 1 : i + 2] not in ("\n", "")]
            starts = sorted({*starts, *lone})
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column (from 1) of an offset."""
        index = bisect_right(self.line_starts, offset) - 1
        return index + 1, offset - self.line_starts[index] + 1

    def number(self, offset: int) -> int:
        """The line (from 1) of an offset."""
        if len(self.text) > _SHORT or "\r" in self.text:
            return self.position(offset)[0]
        return self.text.count("\n", 0, offset) + 1

    def line(self, number: int) -> str:
        """The text of a line (from 1), without its end; empty when there is no such line."""
        starts = self.line_starts
        if not 1 <= number <= len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class Anchor(NamedTuple):
    """A place in a source, cheap to keep: half-open, in characters."""

    source: Source
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The place as lines and columns."""
        line, column = self.source.position(self.start)
        end_line, end_column = self.source.position(max(self.start, self.end))
        return Span(self.source.path, line, column, end_line, end_column)

    @property
    def line(self) -> int:
        """The line (from 1) that the place starts on."""
        return self.source.number(self.start)
