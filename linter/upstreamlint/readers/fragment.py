"""Text and where it stands: a whole file, a part of a YAML file, or a template with values put in.

A configuration lives in files of its own, in ConfigMaps, in Compose `configs` and in envsubst templates. What
reads it works on offsets into the text that a program would see; a `Fragment` says where in the file on disk
each of them was written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.budget import TEXT, Budget
from upstreamlint.documents import Scalar
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor, Source
from upstreamlint.values import NamedTuple, frozen, replace

_LITERAL = patterns.compile(r"(?:[!&]\S*[ \t]+)*\|")
PLACEHOLDER = patterns.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)
"""What `envsubst` takes for a variable: its name is one of the groups."""


class Piece(NamedTuple):
    """A stretch of a fragment's text, from `at` up to the next piece, and the stretch of the file behind it.

    A verbatim piece maps character by character; any other one maps as a whole.
    """

    at: int
    start: int
    end: int
    verbatim: bool


@frozen
class Fragment:
    """A text with the file that it is written in.

    `written` are its pieces, or the scalar that it is the text of: most texts are looked through, and nothing in them is
    shown. `path` is the file's path when the text is the whole file, so that relative includes have a folder;
    text embedded in another format has none. `faults` are those of putting values in.
    """

    source: Source
    text: str
    written: tuple[Piece, ...] | Scalar
    path: str | None = None
    faults: tuple[Fault, ...] = ()

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """The stretches of the text, each with the stretch of the file behind it."""
        return tuple(_embedded(self.written)) if isinstance(self.written, Scalar) else self.written

    def place(self, start: int, end: int) -> Anchor:
        """Where in the file a half-open range of the text was written."""
        first = last = self.pieces[0]
        if len(self.pieces) > 1:
            first, last = self._piece(start), self._piece(max(start, end - 1))
        return Anchor(
            self.source,
            first.start + (start - first.at) if first.verbatim else first.start,
            last.start + (end - last.at) if last.verbatim else last.end,
        )

    def cut(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces of a part of the text, with `at` counted from the part's start."""
        index = max(bisect_right(self.pieces, start, key=_at) - 1, 0)
        while index < len(self.pieces) and self.pieces[index].at < end:
            piece = self.pieces[index]
            skipped = max(start - piece.at, 0)
            yield Piece(
                max(piece.at - start, 0),
                piece.start + skipped if piece.verbatim else piece.start,
                piece.end,
                piece.verbatim,
            )
            index += 1

    def _piece(self, offset: int) -> Piece:
        return self.pieces[max(bisect_right(self.pieces, offset, key=_at) - 1, 0)]


def _at(piece: Piece) -> int:
    return piece.at


def whole(source: Source) -> Fragment:
    """A file that holds nothing but the text."""
    return Fragment(source, source.text, (Piece(0, 0, len(source.text), verbatim=True),), source.path)


def embedded(scalar: Scalar) -> Fragment:
    """The text of a YAML scalar.

    A literal block (`|`) maps line by line, a scalar that is written as it reads maps exactly; in a folded
    or escaped one every position is the scalar's own.
    """
    return Fragment(scalar.source, scalar.value, scalar)


def _embedded(scalar: Scalar) -> list[Piece]:
    host, start, end = scalar.source.text, scalar.start, scalar.end
    for inset in (0, 1):
        if host[start + inset : end - inset] == scalar.value:
            return [Piece(0, start + inset, end - inset, verbatim=True)]
    if not scalar.plain and _LITERAL.match(host, start):
        lines = _literal(scalar)
        if lines:
            return lines
    return [Piece(0, start, end, verbatim=False)]


def _literal(scalar: Scalar) -> list[Piece]:
    """One piece a line; nothing when the lines are not those of the file."""
    host = scalar.source.text
    pieces: list[Piece] = []
    at = 0
    line_start = host.find("\n", scalar.start) + 1
    for line in scalar.value.split("\n"):
        line_end = host.find("\n", line_start)
        line_end = line_end if line_end >= 0 else len(host)
        written = host[line_start:line_end].rstrip("\r")
        indent = len(written) - len(line)
        if line and (not written.endswith(line) or written[:indent].strip(" ")):
            if "$" not in written:
                return []
            # Compose put something in place of a `$`: what follows stands on this line, no nearer is known.
            first = line_start + len(written) - len(written.lstrip(" "))
            pieces.append(Piece(at, first, line_start + len(written), verbatim=False))
            at += len(line) + 1
            line_start = min(line_end + 1, len(host))
            continue
        first = line_start + indent if line else min(line_start + len(written), len(host))
        pieces.append(Piece(at, first, first + len(line), verbatim=True))
        at += len(line) + 1
        line_start = min(line_end + 1, len(host))
    return pieces


def edited(fragment: Fragment, edits: Iterable[tuple[int, int, str]]) -> Fragment:
    """The text with other texts in the place of parts of it, in their order; each stands where its part did.

    Texts that come to more than the budget end it; the rest stays as it is, with a fault.
    """
    parts: list[str] = []
    pieces: list[Piece] = []
    budget = Budget()
    size = done = 0
    for start, end, text in edits:
        where = fragment.place(start, end)
        if not budget.spend(TEXT, len(text), where):
            break
        pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, start))
        parts.append(fragment.text[done:start])
        size += start - done
        pieces.append(Piece(size, where.start, where.end, verbatim=False))
        parts.append(text)
        size += len(text)
        done = end
    faults = (*fragment.faults, *budget.faults)
    if not parts:
        return fragment if not budget.faults else replace(fragment, faults=faults)
    pieces.extend(p._replace(at=size + p.at) for p in fragment.cut(done, len(fragment.text)))
    parts.append(fragment.text[done:])
    return Fragment(fragment.source, "".join(parts), tuple(pieces), fragment.path, faults)


def substitute(fragment: Fragment, environment: Mapping[str, str]) -> Fragment:
    """The text after `envsubst` as the official image runs it: only names that are defined are replaced.

    What stays (`$host`, `${UNDEFINED}`) is not known to be wrong: it may be nginx's own variable. Every
    position inside a value is that of its placeholder.
    """
    return edited(
        fragment,
        (
            (match.start(), match.end(), value)
            for match in PLACEHOLDER.finditer(fragment.text)
            if (value := environment.get(match[1] or match[2])) is not None
        ),
    )
