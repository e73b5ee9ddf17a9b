"""The words of nginx text as nginx's own `ngx_conf_read_token` cuts them, each with its exact place.

What is a part of a word and would end one anywhere else is painted over in a copy of the same length, which is cut:

- the braces of `${NAME}`;
- a `}` inside a word (`a}b`);
- every Unicode space but space, tab, CR and LF;
- a Lua block, which is one argument: its strings, comments and long brackets are followed here.
"""

from __future__ import annotations

import re

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
    r"(?:--)?\[(=*)\[|--[^\n]*|\"(?>(?:\\.|[^\"\\\n])*)\"?|'(?>(?:\\.|[^'\\\n])*)'?|[{}]", re.DOTALL
)


_TOKEN = patterns.compile(
    r"""[ \t\r\n]*+ (?:
        (?P<comment> \# (?>(?: \\[^\n] | [^\\\n] )*) \\?\n )
        | (?P<quoted> " (?>(?: \\. | [^"\\] )*) " | ' (?>(?: \\. | [^'\\] )*) ' )
        | (?P<special> [;{}] )
        | (?P<plain> (?: \\. | [^ \t\r\n;{}\\"'\#] ) (?>(?: \\. | [^ \t\r\n;{}\\] )*) )
    )""",
    re.DOTALL | re.VERBOSE,
)
"""Blanks, and what stands behind them; a backslash takes the next character with it, wherever it is."""


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
    # A last word or comment ends where a line does.
    lines = f"{covered}\n\n"
    cursor = 0
    while token := _TOKEN.match(lines, cursor):
        kind = token.lastgroup or ""
        start, cursor = token.start(kind), token.end()
        if kind == "comment":
            continue
        cursor = end = min(cursor, len(text))
        if kind == "special" and end - 1 in bodies:
            body = bodies[end - 1]
            found[-1] = Word(text[body : end - 1], body, end - 1, quoted=True, special=False)
        value = text[start + 1 : end - 1] if kind == "quoted" else text[start:end]
        found.append(
            Word(
                token[kind] if kind == "special" else _plain(value),
                start,
                end,
                quoted=kind == "quoted",
                special=kind == "special",
            )
        )
    rest = covered[cursor:].lstrip()
    return Words(found, len(covered) - len(rest) if rest and not rest.startswith("#") else None)


def _plain(written: str) -> str:
    """A word without nginx's escapes, which it knows inside and outside of quotes."""
    if "\\" not in written:
        return written
    return _ESCAPE.sub(lambda m: _CONTROL.get(m[1], m[1]), written)


def _covered(text: str) -> tuple[str, dict[int, int]]:
    """The copy that is cut, and for each Lua block the offset of its `}` with that of its first character."""
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
