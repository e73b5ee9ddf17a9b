"""The words of a haproxy.cfg, line by line, as `parse_line` of HAProxy cuts them (src/tools.c).

Quotes may stand anywhere in a word, a backslash escapes outside of single quotes, a variable is put in between
double quotes only (in addresses once more, see `address`). A line ends with its line: nothing continues it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import digits

from upstreamlint import patterns
from upstreamlint.budget import TEXT, Budget
from upstreamlint.documents import Scalar
from upstreamlint.programs.variables import Variables
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment

_LINE = patterns.compile(r"[^\n]*\n?")
_SPACE = patterns.compile(r"[ \t\r\v\f]+")
_PLAIN = patterns.compile(r"[^ \t\r\v\f\n\"'\\#$]+")
_VARIABLE = patterns.compile(r"\$(\{?)(\.?[A-Za-z0-9_]*)(\[\*\])?", re.ASCII)
_HEX = patterns.compile(r"x([0-9A-Fa-f]{2})")
_LETTERS = {"t": "\t", "n": "\n", "r": "\r"}


class Broken(Exception):  # noqa: N818 - it ends the reading of a line, and is no error of this program
    """A line that HAProxy refuses; `at` is an offset into the text."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


def lines(fragment: Fragment, variables: Variables) -> Iterator[tuple[Scalar, ...] | Fault]:
    """The words of every line that has some; a fault in the place of a line that HAProxy refuses."""
    text = fragment.text
    budget = Budget()
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        end = match.end() if match else len(text)
        try:
            words = _Line(fragment, variables, at, end, budget).words()
        except Broken as broken:
            yield Fault(fragment.place(broken.at, min(broken.at + 1, len(text))), broken.message)
        else:
            if words:
                yield tuple(words)
        at = end


class _Line:
    """The state of reading one line: the word so far, and the quote that is open."""

    def __init__(self, fragment: Fragment, variables: Variables, at: int, end: int, budget: Budget) -> None:
        self.budget = budget
        self.fragment = fragment
        self.text = fragment.text
        self.variables = variables
        self.at = at
        self.end = end
        self.parts: list[str] = []
        self.start: int | None = None
        self.quote = ""
        self.quote_at = 0
        self.was_quoted = False
        self.found: list[Scalar] = []

    def words(self) -> list[Scalar]:
        while self.at < self.end:
            char = self.text[self.at]
            if char == "\n" or (char == "#" and not self.quote):
                break
            if char in "\"'" and self.quote in ("", char):
                self.turn_quote(char)
            elif char == "\\" and self.quote != "'":
                self.escape()
            elif char == "$" and self.quote == '"':
                self.variable()
            elif not self.quote and (space := _SPACE.match(self.text, self.at)):
                self.finish()
                self.at = space.end()
            else:
                self.take(char)
        if self.quote:
            raise Broken(self.quote_at, "unmatched quote")
        self.finish()
        return self.found

    def take(self, char: str) -> None:
        run = _PLAIN.match(self.text, self.at)
        self.add(run[0] if run else char, self.at)
        self.at = run.end() if run else self.at + 1

    def add(self, text: str, start: int) -> None:
        self.start = start if self.start is None else self.start
        self.parts.append(text)

    def finish(self) -> None:
        if self.start is not None:
            source, start, end = self.fragment.place(self.start, self.at)
            self.found.append(Scalar("".join(self.parts), not self.was_quoted, source, start, end))
        self.parts, self.start, self.was_quoted = [], None, False

    def turn_quote(self, char: str) -> None:
        self.add("", self.at)
        self.was_quoted = True
        self.quote = "" if self.quote else char
        self.quote_at = self.at
        self.at += 1

    def escape(self) -> None:
        start = self.at
        after = self.text[start + 1 : start + 2]
        self.at += 2
        if after in (" ", "\\", "#", "'", '"') or (after == "$" and self.quote):
            self.add(after, start)
        elif after in _LETTERS and after:
            self.add(_LETTERS[after], start)
        elif after == "x":
            code = _HEX.match(self.text, start + 1)
            if code is None:
                raise Broken(start, "truncated or invalid hexadecimal sequence")
            self.add(bytes.fromhex(code[1]).decode("latin-1"), start)
            self.at = code.end()
        else:
            self.at = start + 1
            self.add("\\", start)

    def variable(self) -> None:
        """`$NAME`, `${NAME}` and `${NAME-default}`; one whose value is not known stays as it is written."""
        start = self.at
        match = _VARIABLE.match(self.text, start)
        name = match[2] if match else ""
        if match is None or not name or name[0] in digits:
            raise Broken(start + 1, "forbidden first char in environment variable name")
        at = match.end()
        default: str | None = None
        if match[1]:
            close = self.text.find("}", at, self.end)
            if close < 0 or (close > at and self.text[at] != "-"):
                raise Broken(start + 1, "unmatched brace in environment variable name")
            default = self.text[at + 1 : close] if close > at else None
            at = close + 1
        value = self.variables.get(name)
        if value is None:
            value = (default or "") if self.variables.knows(name) else self.text[start:at]
        if not self.budget.spend(TEXT, len(value), self.fragment.place(start, at)):
            value = self.text[start:at]
        self.at = at
        if match[3]:
            self.expand(value, start)
        else:
            self.add(value, start)

    def expand(self, value: str, start: int) -> None:
        """`${NAME[*]}`: every word of the value is a word of its own."""
        for number, word in enumerate(value.split()):
            if number:
                self.finish()
            self.add(word, start)
