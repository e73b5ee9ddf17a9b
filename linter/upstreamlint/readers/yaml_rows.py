"""The rows of plain block YAML: what one line of it says, wherever it stands.

Lines repeat: manifests are written from templates, and of one another. So a line is looked into once a run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from upstreamlint import patterns
from upstreamlint.values import NamedTuple

NOTHING, PLAIN, QUOTED, LIST, MAP, BLOCK, BLANK = range(7)
"""What stands as the value of a row: nothing, a scalar, a list or map on one line, the head of a literal block; or no row at all."""


class NotPlainError(Exception):
    """The text is no plain YAML: whether it is any is for a whole parser to say."""


class Piece(NamedTuple):
    """A scalar in a row, from column to column; `key` is what it is the value of in a map, and `key_at` where."""

    text: str
    plain: bool
    at: int
    end: int
    key: str = ""
    key_at: int = 0


class Row(NamedTuple):
    """A line. `indent` is the column of its first character, `column` that of what stands behind its dashes.

    `key` is nothing where there is none. The value is from `at` to `end`; `text` is it without its quotes, `pieces` are
    the scalars of a list or map.
    """

    indent: int
    dashes: tuple[int, ...]
    column: int
    key: str | None
    kind: int
    text: str
    at: int
    end: int
    pieces: tuple[Piece, ...] = ()


_BLANK = Row(0, (), 0, None, BLANK, "", 0, 0)

_C = r"\x00-\x1f\x7f"
_FIRST = rf"[^ \-?:,\[\]{{}}#&*!|>'\"%@`{_C}]"
_TEXT = rf"(?:{_FIRST}|[-?:](?=[^ {_C}]))[^:#{_C}]*+(?>(?:(?::(?=[^ {_C}])|(?<=[^ ])\#)[^:#{_C}]*+)*)"
_STRING = rf"\"[^\"\\{_C}]*+\"|'[^'{_C}]*+'"
_LINE = patterns.compile(
    rf"""(\ *+) ((?>(?:-(?:\ ++|\Z))*))
    (?>(?: ({_TEXT}(?<!\ )|{_STRING}) :(?=\ |\Z)\ *+ )?)
    (?>({_TEXT}|\"[^\"\\{_C}]*+\"|'(?>(?:[^'{_C}]|'')*)'|\|[-+]?(?=\ |\Z)|[\[{{][^{_C}]*+)?)
    \ *+ (?>(?:(?<![^ ])\#[^\x00-\x08\x0a-\x1f\x7f]*+)?) \Z""",
    re.VERBOSE,
)
"""Indentation, dashes, a key, a value, a comment."""

_INNER = rf"(?:(?P<plain>{_FIRST}[^:#,\[\]{{}}{_C}]*+)|(?P<quoted>{_STRING}))"
_ITEM = patterns.compile(rf" *+{_INNER} *+(?P<more>[,\]])").match
_PAIR = patterns.compile(rf" *+(?P<key>[A-Za-z][A-Za-z0-9_./-]*+): ++{_INNER} *+(?P<more>[,}}])").match
_EMPTY = patterns.compile(r"\[ *\]|\{ *\}").match
_REST = patterns.compile(r" *(?: #.*)?\Z").match
_BODY = patterns.compile(r"((?: *\n)*)( *)(?=[^ \n])").match
"""The blank lines that a literal block begins with, and how far the first other one is indented."""
_CONTROL = patterns.compile(r"[\x00-\x08\x0b-\x1f\x7f]").search
_TABBED = patterns.compile(r"\n *+\t").search

_MARKERS = ("---", "...")
_MOST = 20_000
_LONGEST_KEY = 1_000
_known: dict[str, Row] = {}


def rows(text: str) -> Iterator[tuple[Row, int]]:
    """Each row of a text with its offset; a literal block comes with what is in it, as `QUOTED`.

    Raises:
        NotPlainError: more than a line has to be looked at to tell what it says.
    """
    at = after = 0
    find = _known.get
    for line in text.split("\n"):
        if at >= after:  # and not in a literal block
            row = find(line) or _learned(line)
            if row.kind < BLOCK:
                yield row, at
            elif row.kind == BLOCK:
                row, after = _literal(row, at, text, at + len(line) + 1)
                yield row, at
        at += len(line) + 1


def _learned(line: str) -> Row:
    if len(_known) >= _MOST:
        _known.clear()
    row = _known[line] = _row(line)
    return row


def _row(line: str) -> Row:
    found = _LINE.match(line)
    if found is None or line.startswith(_MARKERS):
        raise NotPlainError
    blanks, marks, key, value = found.groups()
    if not marks and key is None and value is None:
        return _BLANK
    indent = len(blanks)
    dashes = tuple(indent + at for at, mark in enumerate(marks) if mark == "-")
    name = key[1:-1] if key is not None and key[0] in "\"'" else key
    if name is not None and len(name) > _LONGEST_KEY:
        raise NotPlainError
    inner = found.end(2)
    if value is None:
        at = found.end(3) + 1 if key is not None else dashes[-1] + 1
        return Row(indent, dashes, inner, name, NOTHING, "", at, at)
    at, end = found.span(4)
    kind = _KINDS.get(value[0], PLAIN)
    if kind in (LIST, MAP):
        head = Row(indent, dashes, inner, name, kind, "", at, end)
        return _flow(head, value, _ITEM if kind == LIST else _PAIR)
    text = value
    if kind == PLAIN:
        text = value.rstrip(" ")
        end = at + len(text)
    elif kind == QUOTED:
        text = value[1:-1] if value[0] == '"' else value[1:-1].replace("''", "'")
    return Row(indent, dashes, inner, name, kind, text, at, end)


def _is_barred(content: str) -> bool:
    """Whether a literal block holds control characters, or a line that begins with a tab."""
    return _CONTROL(content) is not None or ("\t" in content and _TABBED(f"\n{content}") is not None)


_KINDS = {"[": LIST, "{": MAP, "|": BLOCK, '"': QUOTED, "'": QUOTED}
"""What a value is that begins so."""


def _flow(head: Row, value: str, piece: Callable[[str, int], re.Match[str] | None]) -> Row:
    """A list or map of scalars on one line."""
    empty = _EMPTY(value)
    at, more = (empty.end(), False) if empty is not None else (1, True)
    pieces: list[Piece] = []
    while more:
        found = piece(value, at)
        if found is None:
            raise NotPlainError
        pieces.append(_piece(found, head.at))
        at, more = found.end(), found["more"] == ","
    if not _REST(value, at):
        raise NotPlainError
    return head._replace(end=head.at + at, pieces=tuple(pieces))


def _piece(found: re.Match[str], base: int) -> Piece:
    plain, key = found["plain"], found.groupdict().get("key", "")
    text = plain.rstrip(" ") if plain is not None else found["quoted"][1:-1]
    at = base + found.start("quoted" if plain is None else "plain")
    end = at + len(text) + 2 * (plain is None)
    return Piece(text, plain is not None, at, end, key, base + found.start("key") if key else 0)


def _literal(head: Row, here: int, text: str, start: int) -> tuple[Row, int]:
    """A row with the literal block that it is the head of, and where the line after the block starts."""
    first = _BODY(text, start)
    if first is None or (head.key is None and not head.dashes):
        raise NotPlainError
    width = len(first[2])
    parent = head.column if head.key is not None else head.dashes[-1]
    after = _shallower(width)(text, first.end())
    end = after.start() + 1 if after is not None else len(text)
    content = text[start:end]
    if width <= parent or max(map(len, first[1].split("\n"))) > width or _is_barred(content):
        raise NotPlainError
    if content[content.rfind("\n") + 1 :].isspace():
        # What spaces at the very end of a text are is a whole parser's to say.
        raise NotPlainError
    value = _indentation(width)("\n", f"\n{content}")[1:]
    if head.text != "|+":
        stripped = value.rstrip("\n")
        value = f"{stripped}\n" if head.text == "|" and stripped and len(stripped) < len(value) else stripped
    return head._replace(kind=QUOTED, text=value, end=end - here), end


@cache
def _shallower(width: int) -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(rf"\n {{0,{width - 1}}}(?=[^ \n])").search


@cache
def _indentation(width: int) -> Callable[[str, str], str]:
    return re.compile(rf"\n {{0,{width}}}").sub
