"""TOML text to a tree, with the place of every key and value.

`tomllib` says whether a text is TOML, and has no places. What it accepts is read again here, so that nothing in this
reader needs to ask whether the text is well formed.
"""

from __future__ import annotations

import re
import tomllib

from upstreamlint import patterns
from upstreamlint.documents import Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.source import Source
from upstreamlint.typed import TypeAlias
from upstreamlint.values import frozen

_LONGEST = 1_000_000
"""So many characters are read: configurations are far shorter."""
_DEEPEST = 100
"""So many dots may a key have: `tomllib` takes steps with their square."""

_SPACE = patterns.compile(r"[ \t]*")
_BETWEEN = patterns.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = patterns.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_STRING = patterns.compile(
    r"\"\"\"(?P<multi>(?:[^\\]|\\.)*?)\"\"\"(?!\")|'''(?P<raw>.*?)'''(?!')"
    r"|\"(?P<basic>(?:[^\"\\\n]|\\.)*)\"|'(?P<literal>[^'\n]*)'",
    re.DOTALL,
)
_BARE = patterns.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+|[^\s,\]}#]+")
_ESCAPE = patterns.compile(
    r"\\(?:u(?P<four>[0-9A-Fa-f]{4})|U(?P<eight>[0-9A-Fa-f]{8})|x(?P<two>[0-9A-Fa-f]{2})"
    r"|(?P<joined>[ \t]*\r?\n[ \t\r\n]*)|(?P<one>.))",
    re.DOTALL,
)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class _Table:
    """A table while it is read: headers and dotted keys may add to it from anywhere."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.held: dict[str, tuple[Scalar, _Held]] = {}

    def table(self, key: Scalar) -> _Table:
        """The table under a key, made where there is none; of an array of tables the last."""
        held = self.held.setdefault(key.value, (key, _Table(key.start)))[1]
        return held[-1] if isinstance(held, list) else held if isinstance(held, _Table) else _Table(key.start)

    def added(self, key: Scalar) -> _Table:
        """A new table at the end of the array under a key."""
        held = self.held.setdefault(key.value, (key, []))[1]
        made = _Table(key.start)
        if isinstance(held, list):
            held.append(made)
        return made


_Held: TypeAlias = "_Table | list[_Table] | Node"


def root(source: Source) -> Mapping | None:
    """The tree of a TOML text; nothing where it is none."""
    if len(source.text) > _LONGEST or any(
        line.partition("=")[0].count(".") > _DEEPEST for line in source.text.split("\n")
    ):
        return None
    try:
        tomllib.loads(source.text)
        return _tree(_Reader(source).document(), source)
    except (ValueError, RecursionError):
        # Numbers of thousands of digits are refused, too.
        return None


@frozen
class _Reader:
    """Reads a text that is known to be TOML. What it reads comes with the offset behind it."""

    source: Source

    def document(self) -> _Table:
        """Every line of the text: headers, and settings of the table that they begin."""
        text, top = self.source.text, _Table(0)
        here, at = top, self._next(0)
        while at < len(text):
            if text[at] == "[":
                many = text.startswith("[[", at)
                keys, at = self._keys(at + 1 + many)
                here = top
                for key in keys[:-1]:
                    here = here.table(key)
                here = here.added(keys[-1]) if many else here.table(keys[-1])
                at = text.index("]", at) + 1 + many
            else:
                at = self._setting(here, at)
            at = self._next(at)
        return top

    def _next(self, at: int) -> int:
        found = _BETWEEN.match(self.source.text, at)
        return found.end() if found else at

    def _setting(self, table: _Table, at: int) -> int:
        """`key.key = value`, into a table."""
        keys, at = self._keys(at)
        for key in keys[:-1]:
            table = table.table(key)
        value, at = self._value(self._blank(self.source.text.index("=", at) + 1))
        table.held[keys[-1].value] = (keys[-1], value)
        return at

    def _blank(self, at: int) -> int:
        found = _SPACE.match(self.source.text, at)
        return found.end() if found else at

    def _keys(self, at: int) -> tuple[list[Scalar], int]:
        """Names with dots between them."""
        text, keys = self.source.text, list[Scalar]()
        while (found := _KEY.match(text, at := self._blank(at))) is not None:
            written, quote = found[0], found[0][:1]
            name = _unescaped(written[1:-1]) if quote == '"' else written.strip("'")
            keys.append(Scalar(name, quote not in "\"'", self.source, at, found.end()))
            at = self._blank(found.end())
            if text[at : at + 1] != ".":
                break
            at += 1
        return keys, at

    def _value(self, at: int) -> tuple[_Held, int]:
        text = self.source.text
        if text[at] == "[":
            return self._array(at)
        if text[at] == "{":
            return self._inline(at)
        found = _STRING.match(text, at)
        if found is not None:
            return Scalar(_string(found), False, self.source, at, found.end()), found.end()
        bare = _BARE.match(text, at)
        end = bare.end() if bare else at + 1
        return Scalar(text[at:end], True, self.source, at, end), end

    def _array(self, start: int) -> tuple[Node, int]:
        text, items = self.source.text, list[Node]()
        at = self._next(start + 1)
        while text[at] != "]":
            value, at = self._value(at)
            items.append(_node(value, self.source))
            at = self._next(at)
            at = self._next(at + (text[at] == ","))
        return Sequence(self.source, start, at + 1, items), at + 1

    def _inline(self, start: int) -> tuple[_Table, int]:
        text, table = self.source.text, _Table(start)
        at = self._next(start + 1)
        while text[at] != "}":
            at = self._next(self._setting(table, at))
            at = self._next(at + (text[at] == ","))
        return table, at + 1


def _tree(table: _Table, source: Source) -> Mapping:
    entries = {name: Entry(key, _node(held, source)) for name, (key, held) in table.held.items()}
    return Mapping(source, table.start, -1, entries)


def _node(held: _Held, source: Source) -> Node:
    if isinstance(held, _Table):
        return _tree(held, source)
    if isinstance(held, list):
        return Sequence(source, held[0].start, held[-1].start, [_tree(one, source) for one in held])
    return held


def _string(found: re.Match[str]) -> str:
    kind = found.lastgroup or "literal"
    text = found[kind]
    if kind in ("multi", "raw"):
        text = re.sub(r"\A\r?\n", "", text).replace("\r\n", "\n")
    return _unescaped(text) if kind in ("multi", "basic") else text


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(found: re.Match[str]) -> str:
    code = found["four"] or found["eight"] or found["two"]
    if code:
        return chr(int(code, 16))
    return "" if found["joined"] is not None else _ESCAPED.get(found["one"], found["one"])
