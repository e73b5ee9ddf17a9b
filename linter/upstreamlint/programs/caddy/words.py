"""The words of a Caddyfile, as Caddy's own lexer cuts them (caddyconfig/caddyfile/lexer.go), with their places.

Caddy tells lines apart by a counter that escaped newlines hold back, not by the text; a word keeps that number,
since it decides which words belong to one directive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import frozen, replace

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Go's `unicode.IsSpace` takes for space."""
_SPACE = patterns.compile(f"[{SPACES}]")
_PLAIN = patterns.compile(f"[^{SPACES}\\\\<]+")
_COMMENT = patterns.compile(r"[^\n\\]*")
_QUOTED = patterns.compile(r'[^"\\\n]+')
_TICKED = patterns.compile(r"[^`\n]+")
_MARKER = patterns.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@frozen
class Word:
    """A word. `quote` is `"`, a backtick or `<` (heredoc), and empty for a bare word.

    `line` is Caddy's number of the line that it starts on, `imports` the `import`s that brought it here (empty
    in the file itself), `snippet` the snippet that it was written in.
    """

    text: str
    fragment: Fragment
    start: int
    end: int
    line: int
    quote: str = ""
    imports: tuple[Scalar, ...] = ()
    snippet: str = ""

    @property
    def opens(self) -> bool:
        """Whether it is the brace that opens a block."""
        return self.text == "{" and not self.quote

    @property
    def closes(self) -> bool:
        """Whether it is the brace that closes a block."""
        return self.text == "}" and not self.quote

    @property
    def scalar(self) -> Scalar:
        """The word with the place in the file that it is written in."""
        source, start, end = self.fragment.place(self.start, self.end)
        return Scalar(self.text, not self.quote, source, start, end)

    def on_line_of(self, before: Word) -> bool:
        """Whether it stands on the line that an earlier word ends on."""
        if before.fragment is not self.fragment or before.imports != self.imports:
            return False
        breaks = before.text.count("\n") + (2 if before.quote == "<" else 0)
        return before.line + breaks >= self.line


class Refused(Exception):  # noqa: N818 - it ends the reading of a file, and is no error of this program
    """Text that Caddy refuses to start with."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def words(fragment: Fragment) -> Iterator[Word]:
    """Every word.

    Raises:
        Refused: at the place of a broken heredoc.
    """
    lexer = _Lexer(fragment)
    while (word := lexer.next()) is not None:
        yield word


class _Lexer:
    """The state between words: how far the text is read, and Caddy's line counter."""

    def __init__(self, fragment: Fragment) -> None:
        self.fragment = fragment
        self.text = fragment.text
        self.at = 1 if fragment.text.startswith("\ufeff") else 0
        self.line = 1
        self.skipped = 0

    def next(self) -> Word | None:
        """The next word; nothing at the end of the text."""
        text = self.text
        escaped = False
        while self.at < len(text):
            char = text[self.at]
            if char == "\\" and not escaped:
                escaped = True
                self.at += 1
            elif _SPACE.match(char):
                escaped = self.pass_space(char, escaped=escaped)
            elif char == "#":
                escaped = self.pass_comment(escaped=escaped)
            elif char in '"`':
                return self.quoted(char, escaped=escaped)
            else:
                return self.bare(escaped=escaped)
        return None

    def pass_space(self, char: str, *, escaped: bool) -> bool:
        self.at += 1
        if char != "\n":
            return escaped
        self.end_line(escaped=escaped)
        return False

    def end_line(self, *, escaped: bool) -> None:
        if escaped:
            self.skipped += 1
        else:
            self.line += 1 + self.skipped
            self.skipped = 0

    def pass_comment(self, *, escaped: bool) -> bool:
        """To the end of the line; a backslash in a comment escapes the line's end."""
        end = self.text.find("\n", self.at)
        end = end if end >= 0 else len(self.text)
        escaped = escaped or "\\" in self.text[self.at : end]
        self.at = end
        return escaped

    def word(self, text: str, start: int, line: int, quote: str = "") -> Word:
        return Word(text, self.fragment, start, self.at, line, quote)

    def quoted(self, quote: str, *, escaped: bool) -> Word | None:
        """A word in quotes; one that is never closed goes to the end of the text, as Caddy takes it."""
        text, start, line = self.text, self.at, self.line
        run = _QUOTED if quote == '"' else _TICKED
        parts: list[str] = []
        self.at += 1
        while self.at < len(text):
            char = text[self.at]
            self.at += 1
            if char == "\\" and quote == '"' and not escaped:
                escaped = True
                continue
            if quote == '"' and escaped:
                parts.append("" if char == '"' else "\\")
                escaped = False
            elif char == quote:
                return self.word("".join(parts), start, line, quote)
            if char == "\n":
                self.line += 1 + self.skipped
                self.skipped = 0
            parts.append(char)
            more = run.match(text, self.at)
            if more:
                parts.append(more[0])
                self.at = more.end()
        return self.word("".join(parts), start, line) if parts else None

    def bare(self, *, escaped: bool) -> Word:
        """A bare word, which a `<<` makes the start of a heredoc."""
        text, start, line = self.text, self.at, self.line
        parts: list[str] = []
        literal = False
        end = start
        while self.at < len(text):
            if not literal and text.startswith("<<", start) and self.at == start + 2:
                return self.heredoc(start, line)
            char = text[self.at]
            if char == "\\" and not escaped:
                escaped = True
                self.at += 1
                end = self.at
                continue
            if _SPACE.match(char):
                if char == "\r":
                    self.at += 1
                    continue
                self.at += 1
                if char == "\n":
                    self.end_line(escaped=escaped)
                return replace(self.word("".join(parts), start, line), end=end)
            if escaped:
                if char == "<":
                    literal = True
                else:
                    parts.append("\\")
                escaped = False
            parts.append(char)
            self.at += 1
            more = None if char == "<" else _PLAIN.match(text, self.at)
            if more:
                parts.append(more[0])
                self.at = more.end()
            end = self.at
        return replace(self.word("".join(parts), start, line), end=end)

    def heredoc(self, start: int, line: int) -> Word:
        """What follows `<<`: a bare word when a space comes before the end of the line."""
        text = self.text
        newline = text.find("\n", self.at)
        head_end = newline if newline >= 0 else len(text)
        space = text.find(" ", self.at, head_end)
        if space >= 0 or newline < 0:
            self.at = space if space >= 0 else head_end
            word = self.word(text[start : self.at].replace("\r", ""), start, line)
            self.at = min(self.at + 1, len(text))
            return word
        marker = text[self.at : newline].replace("\r", "")
        self.at = newline
        if not _MARKER.fullmatch(marker):
            raise self.refused(start, newline, _bad_marker(marker, self.line))
        close = text.find(marker, newline + 1)
        if close < 0:
            said = f"incomplete heredoc <<{marker} on line #{self.line}, expected ending marker {marker}"
            raise self.refused(start, newline, said)
        self.at = close + len(marker)
        body = text[newline + 1 : close]
        self.skipped += 1 + body.count("\n")
        inner = self.stripped(body, marker, start)
        self.line += self.skipped
        self.skipped = 0
        return self.word(inner, start, line, "<")

    def stripped(self, body: str, marker: str, start: int) -> str:
        """The lines of a heredoc without the indentation of its end."""
        *lines, padding = body.split("\n")
        kept: list[str] = []
        for number, text in enumerate(lines, self.line + 1):
            if text in ("", "\r"):
                kept.append("")
                continue
            if not text.startswith(padding):
                said = (
                    f"mismatched leading whitespace in heredoc <<{marker} on line #{number}"
                    f" [{text.rstrip()}], expected whitespace [{padding}] to match the closing marker"
                )
                raise self.refused(start, self.at, said)
            kept.append(text[len(padding) :].replace("\r", ""))
        return "\n".join(kept)

    def refused(self, start: int, end: int, message: str) -> Refused:
        return Refused(Fault(self.fragment.place(start, end), message))


def _bad_marker(marker: str, line: int) -> str:
    wanted = "must contain only alphanumeric characters, dashes and underscores"
    if not marker:
        return f"missing opening heredoc marker on line #{line}; {wanted}; got empty string"
    if marker.startswith("<"):
        return f"too many '<' for heredoc on line #{line}; only use two, for example <<END"
    return f"heredoc marker on line #{line} {wanted}; got '{marker}'"
