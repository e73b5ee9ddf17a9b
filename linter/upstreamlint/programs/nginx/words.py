"""The words of nginx text, by crossplane's lexer, each with its exact place.

crossplane gives lines only. It pulls one character at a time, so how far it has read when it hands out a
word says where the word ends. Where crossplane and nginx's own `ngx_conf_read_token` disagree, the lexer
is shown a copy of the same length in which the disagreement is painted over:

- `${NAME}` followed by a space swallows the next word: its braces are hidden;
- a `}` inside a word (`a}b`) is a character of the word to nginx;
- only space, tab, CR and LF separate words to nginx, not every Unicode space;
- a Lua block is one argument: its strings, comments and long brackets are followed here, since crossplane
  stops at `set_by_lua_block $x{` and at escaped quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import length_hint

from upstreamlint import patterns
from upstreamlint.values import NamedTuple

_BYTE_ORDER_MARK = patterns.compile("^\ufeff")
_ODD_SPACE = patterns.compile(r"[^\S \t\r\n]")
_INNER_BRACE = patterns.compile(r"(?<=[^\s;{}\"'])\}+")
_SPACE = patterns.compile(r"\s*")
_ESCAPE = patterns.compile(r"\\([\"'\\trn])")
_CONTROL = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = patterns.compile(r"^(?:[^#\n]*[;{}])?[ \t]*\w+_by_lua_block\b[^{};#]{0,500}\{", re.MULTILINE)
_LUA_TOKEN = patterns.compile(
    r"(?:--)?\[(=*)\[|--[^\n]*|\"(?:\\.|[^\"\\\n])*+\"?|'(?:\\.|[^'\\\n])*+'?|[{}]", re.DOTALL
)


class Word(NamedTuple):
    """A word or one of `;` `{` `}`; `value` is what nginx makes of it, `start` and `end` include quotes."""

    value: str
    start: int
    end: int
    quoted: bool
    special: bool


class Words(NamedTuple):
    """The words of a text, and where a quote starts that is never closed."""

    words: list[Word]
    unclosed: int | None


def words(text: str) -> Words:
    """Every word of a text, without comments; never fails."""
    found: list[Word] = []
    covered, bodies = _covered(text)
    cursor = 0
    for token, read, quoted in _lexed(covered):
        if not quoted and token.startswith("#"):
            cursor = read + 1
            continue
        space = _SPACE.match(covered, cursor)
        start = space.end() if space else cursor
        cursor = end = min(read, len(text))
        special = not quoted and token in (";", "{", "}")
        if special and end - 1 in bodies:
            body = bodies[end - 1]
            found[-1] = Word(text[body : end - 1], body, end - 1, quoted=True, special=False)
        value = text[start + 1 : end - 1] if quoted else text[start:end]
        found.append(Word(token if special else _plain(value), start, end, quoted, special))
    rest = covered[cursor:].lstrip()
    return Words(found, len(covered) - len(rest) if rest and not rest.startswith("#") else None)


def _lexed(text: str) -> Iterator[tuple[str, int, bool]]:
    """Run crossplane over a text: what it read, where it ends, whether it was quoted."""
    from crossplane.lexer import _lex_file_object

    # A last word or comment is handed out when the line ends, and lost when the text does.
    padded = text + "\n\n"
    characters = iter(padded)
    for token, _line, quoted in _lex_file_object([characters]):
        read = len(padded) - length_hint(characters)
        whole_read = quoted or token in (";", "{", "}")
        yield token, read if whole_read else read - 1, quoted


def _plain(written: str) -> str:
    """A word without nginx's escapes, which it knows inside and outside of quotes."""
    if "\\" not in written:
        return written
    return _ESCAPE.sub(lambda m: _CONTROL.get(m[1], m[1]), written)


def _covered(text: str) -> tuple[str, dict[int, int]]:
    """The copy for crossplane, and for each Lua block the offset of its `}` with that of its first character."""
    bodies: dict[int, int] = {}
    covered = text
    if "_by_lua_block" in text:
        covered = _without_lua(text, bodies)
    covered = _BYTE_ORDER_MARK.sub(" ", covered)
    covered = _ODD_SPACE.sub("_", covered)
    covered = covered.replace("${", "$(")
    return _INNER_BRACE.sub(lambda m: ")" * len(m[0]), covered), bodies


def without_lua(text: str) -> str:
    """The text with the inside of Lua blocks painted over."""
    return _without_lua(text, {}) if "_by_lua_block" in text else text


def _without_lua(text: str, bodies: dict[int, int]) -> str:
    """Write every Lua block as `name ____;`, so that a lexer sees one argument, and a name it does not know."""
    parts: list[str] = []
    at = 0
    while match := _LUA.search(text, at):
        end = _lua_end(text, match.end())
        if end is None:
            break
        size = end - match.end()
        parts.append(text[at : match.end() - 1])
        parts.append(" " + "_" * size + ";")
        if size:
            bodies[end] = match.end()
        at = end + 1
    parts.append(text[at:])
    return "".join(parts).replace("_by_lua_block", "_by_lua_BLOCK")


def _lua_end(text: str, at: int) -> int | None:
    """The offset of the `}` that closes a Lua block; `at` is behind its `{`."""
    depth = 1
    while match := _LUA_TOKEN.search(text, at):
        at = match.end()
        if match[1] is not None:
            close = f"]{match[1]}]"
            at = text.find(close, at) + len(close)
            if at < match.end():
                return None
        elif match[0] in ("{", "}"):
            depth += 1 if match[0] == "{" else -1
            if not depth:
                return match.start()
    return None
