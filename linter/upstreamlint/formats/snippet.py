"""Source lines with labels under them, in the manner of rustc."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from upstreamlint.finding import Label, Severity
from upstreamlint.formats.columns import Row, clean, row
from upstreamlint.formats.paint import Painter
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple


class Mark(NamedTuple):
    """A label on a line: the character indices that it underlines, and whether it is the primary one."""

    start: int
    end: int
    text: str
    primary: bool


class Place(NamedTuple):
    """A label with its line and column."""

    source: Source
    line: int
    mark: Mark


class Frame(NamedTuple):
    """What every line of a snippet has in common."""

    gutter: int
    width: int
    severity: Severity
    painter: Painter

    def bar(self, number: str = "") -> str:
        """The start of a line: its number, and the bar."""
        return self.painter.frame(f"{number:>{self.gutter}} |")

    def arrow(self, sign: str) -> str:
        """`-->` or `:::`, placed under the line numbers."""
        return self.painter.frame(" " * self.gutter + sign)

    def paint(self, mark: Mark, text: str) -> str:
        """Text in the colour of a mark."""
        return self.painter.level(self.severity, text) if mark.primary else self.painter.frame(text)


def gutter(labels: Iterable[Label]) -> int:
    """The columns that the line numbers of a snippet need."""
    return max((len(str(label.anchor.line)) for label in labels), default=1)


def snippet(primary: Label, related: Iterable[Label], frame: Frame) -> Iterator[str]:
    """The lines of a snippet: the primary label's file first, the others as they come."""
    places = [_place(primary, is_primary=True), *(_place(label, is_primary=False) for label in related)]
    files: dict[str, list[Place]] = {}
    for place in places:
        files.setdefault(place.source.path, []).append(place)
    for number, (path, here) in enumerate(files.items()):
        first = here[0]
        where = f"{clean(path)}:{first.line}:{first.mark.start + 1}"
        yield f"{frame.arrow('::: ' if number else '--> ')}{where}"
        yield frame.bar()
        yield from _lines(here, frame)


def _place(label: Label, *, is_primary: bool) -> Place:
    source, start, end = label.anchor
    line, column = source.position(start)
    # A label over several lines underlines the first: the rest is seldom where the fault is.
    length = len(source.line(line))
    first = min(column - 1, length)
    last = min(first + max(end - start, 1), max(length, first + 1))
    return Place(source, line, Mark(first, last, clean(label.text), is_primary))


def _lines(places: list[Place], frame: Frame) -> Iterator[str]:
    previous = 0
    places = sorted(places, key=lambda place: place.line)
    for number, here in groupby(places, key=lambda place: place.line):
        group = list(here)
        source = group[0].source
        if previous and number == previous + 2:
            between = row(source.line(number - 1), 0, frame.width - frame.gutter - 3).text
            yield _numbered(number - 1, between, frame)
        elif previous and number > previous + 2:
            yield frame.painter.frame("...")
        previous = number
        marks = sorted((p.mark for p in group), key=lambda mark: (mark.start, not mark.primary))
        focus = next((m.start for m in marks if m.primary), marks[0].start)
        shown = row(source.line(number), focus, frame.width - frame.gutter - 3)
        yield _numbered(number, shown.text, frame)
        yield from _underlines(shown, marks, frame)


def _numbered(number: int, text: str, frame: Frame) -> str:
    return f"{frame.bar(str(number))} {text}".rstrip()


def _underlines(shown: Row, marks: list[Mark], frame: Frame) -> Iterator[str]:
    """The marks under a line: the last one's text beside it, the others' texts hung below on bars."""
    spans = [(shown.column(m.start), max(shown.column(m.end), shown.column(m.start) + 1)) for m in marks]
    cells: list[Mark | None] = [None] * max(end for _, end in spans)
    # The primary mark is drawn last, so that it is whole where marks overlap.
    for mark, (start, end) in sorted(zip(marks, spans, strict=True), key=lambda pair: pair[0].primary):
        cells[start:end] = [mark] * (end - start)
    line = "".join(
        frame.paint(mark, ("^" if mark.primary else "-") * len(list(run))) if mark else " " * len(list(run))
        for mark, run in groupby(cells)
    )
    beside = marks[-1] if spans[-1][1] == len(cells) else None
    if beside is not None and beside.text:
        line += " " + frame.paint(beside, beside.text)
    yield f"{frame.bar()} {line}"
    hung = [(s, m) for m, (s, _) in zip(marks, spans, strict=True) if m is not beside and m.text]
    if hung:
        yield f"{frame.bar()} {_bars(hung, frame)}"
    while hung:
        column, mark = hung.pop()
        bars = _bars([h for h in hung if h[0] < column], frame, column)
        yield f"{frame.bar()} {bars}{frame.paint(mark, mark.text)}"


def _bars(hung: list[tuple[int, Mark]], frame: Frame, width: int = 0) -> str:
    """A `|` at each column, filled with spaces up to `width`."""
    line, at = "", 0
    for column, mark in dict(hung).items():
        line += " " * (column - at) + frame.paint(mark, "|")
        at = column + 1
    return line + " " * (width - at)
