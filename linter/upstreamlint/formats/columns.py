"""Source lines as a terminal shows them: tabs, wide and unprintable characters, and lines that are too long."""

from __future__ import annotations

from itertools import accumulate

from upstreamlint import patterns
from upstreamlint.values import NamedTuple

TAB = "    "
CUT = "..."

# Control characters could move the cursor, colour the screen or start a line that a CI system takes for a command;
# bidirectional ones could reorder what is read, and invisible ones hide in it.
_UNPRINTABLE = patterns.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\xad\u061c\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def clean(text: str) -> str:
    """Text that cannot steer the terminal: tabs are spaces, unprintable characters are `\N{REPLACEMENT CHARACTER}`."""
    text = text.replace("\t", TAB)
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def clean_lines(text: str) -> str:
    """As `clean`, for text that has lines: those after the first are indented, so that none starts with foreign text."""
    return "\n  ".join(map(clean, text.split("\n")))


def width(text: str) -> int:
    """How many columns a cleaned text fills."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    from unicodedata import combining, east_asian_width

    if combining(character) or character in "\u200b\u200c\u200d\ufe0e\ufe0f":
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


class Row(NamedTuple):
    """What is shown of a source line: its text, and the columns (from 0) at which its characters stand."""

    text: str
    first: int
    shift: int
    edges: list[int]

    def column(self, index: int) -> int:
        """The column of the character with this index in the whole line, kept inside what is shown."""
        index = min(max(index - self.first, 0), len(self.edges) - 1)
        return self.shift + self.edges[index]


def row(line: str, focus: int, limit: int) -> Row:
    """A line cut to `limit` columns around the character with the index `focus`."""
    limit = max(limit, 20)
    if len(line) <= limit // len(TAB) or (len(line) <= limit and line.isascii() and "\t" not in line):
        first, last = 0, len(line)
    else:
        first, last = _window(line, min(focus, len(line)), limit)
    shown = [clean(c) for c in line[first:last]]
    edges = list(accumulate(map(width, shown), initial=0))
    before, after = (CUT if first else ""), (CUT if last < len(line) else "")
    return Row(before + "".join(shown) + after, first, len(before), edges)


def _window(line: str, focus: int, limit: int) -> tuple[int, int]:
    """The part to show: all of it if it fits, else a third of the room before the focus and the rest after."""
    if len(line) <= limit and width(clean(line)) <= limit:
        return 0, len(line)
    room = limit - 2 * len(CUT)
    first = last = focus
    used = 0
    # Some of what is before the focus, all that fits after it, and what is before it if there is still room.
    first, used = _back(line, first, used, room // 3)
    while last < len(line) and used + _cells_of(line[last]) <= room:
        used += _cells_of(line[last])
        last += 1
    return _back(line, first, used, room)[0], last


def _back(line: str, first: int, used: int, room: int) -> tuple[int, int]:
    while first > 0 and used + _cells_of(line[first - 1]) <= room:
        first -= 1
        used += _cells_of(line[first])
    return first, used


def _cells_of(character: str) -> int:
    return width(clean(character))
