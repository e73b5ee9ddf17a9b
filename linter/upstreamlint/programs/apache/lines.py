"""The lines of an httpd configuration and their words, as httpd cuts them.

After `ap_cfg_getline` and `ap_getword_conf` (server/util.c) and `ap_build_config_sub` (server/config.c): a backslash
at its end joins a line with the next, comments too; only a line's first character makes it a comment; `${NAME}` is put
in before words are cut, and stays where the name is not defined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.readers.fragment import Fragment, edited
from upstreamlint.source import Anchor
from upstreamlint.values import frozen

_JOINT = patterns.compile(r"\\\r?\n")
_LINE = patterns.compile(r"[ \t\r\f\v]*([^\n]*?)[ \t\r\f\v]*(?:\n|\Z)")
_NAME = patterns.compile(r"\S+")
_SPACE = patterns.compile(r"\s*")
_BARE = patterns.compile(r"\S+")
_VARIABLE = patterns.compile(r"\$\{([^}\s]{1,200})\}")

Defined = Callable[[str], str | None]
"""What a name was given by `Define` or the environment; nothing when it has no value, or an unknown one."""


@frozen
class Line:
    """A line: its first word, and the rest of it before variables are put in."""

    name: Scalar
    rest: Fragment
    anchor: Anchor

    def words(self, defined: Defined) -> tuple[Scalar, ...]:
        """The words behind the first."""
        return tuple(_words(filled(self.rest, defined)))

    def text(self, defined: Defined) -> str:
        """The rest of the line as one text."""
        return filled(self.rest, defined).text.strip()


def lines(fragment: Fragment) -> Iterator[Line]:
    """Every line that says something."""
    text = fragment.text
    joined = edited(fragment, ((m.start(), m.end(), "") for m in _JOINT.finditer(text)))
    at = 0
    while at < len(joined.text):
        match = _LINE.match(joined.text, at)
        if match is None or match.end() == at:
            return
        at = match.end()
        if match[1] and not match[1].startswith("#"):
            yield _line(joined, match.start(1), match.end(1))


def _line(fragment: Fragment, start: int, end: int) -> Line:
    match = _NAME.match(fragment.text, start, end)
    stop = match.end() if match else end
    source, first, last = fragment.place(start, stop)
    name = Scalar(fragment.text[start:stop], True, source, first, last)
    rest = Fragment(fragment.source, fragment.text[stop:end], tuple(fragment.cut(stop, end)))
    return Line(name, rest, fragment.place(start, end))


def filled(fragment: Fragment, defined: Defined) -> Fragment:
    """A text with its variables put in."""
    if "${" not in fragment.text:
        return fragment
    found = (
        (m.start(), m.end(), value)
        for m in _VARIABLE.finditer(fragment.text)
        if (value := defined(m[1])) is not None
    )
    return edited(fragment, found)


def _words(fragment: Fragment) -> Iterator[Scalar]:
    text = fragment.text
    at = _after_space(text, 0)
    while at < len(text):
        quote = text[at] if text[at] in "\"'" else ""
        end, value = _quoted(text, at, quote) if quote else _bare(text, at)
        source, start, stop = fragment.place(at, end)
        yield Scalar(value, not quote, source, start, stop)
        at = _after_space(text, end)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _bare(text: str, at: int) -> tuple[int, str]:
    match = _BARE.match(text, at)
    end = match.end() if match else len(text)
    return end, text[at:end]


def _quoted(text: str, at: int, quote: str) -> tuple[int, str]:
    """A word in quotes; one that is not closed goes to the end of the line."""
    parts: list[str] = []
    at += 1
    while at < len(text) and text[at] != quote:
        if text[at] == "\\" and text[at + 1 : at + 2] in (quote, "\\"):
            at += 1
        parts.append(text[at])
        at += 1
    return min(at + 1, len(text)), "".join(parts)
