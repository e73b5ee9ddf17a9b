"""What a configuration file in JavaScript tells a development server: `server: { host: true, port: 3000 }`.

Only what stands there as it is counts. An expression, a spread, or a second object of the name, and nothing is known.
"""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.containers.listening.told import Told
from upstreamlint.readers.fragment import Fragment
from upstreamlint.values import NamedTuple

_HIDDEN = patterns.compile(
    r"//[^\n]{0,2000}|/\*.{0,4000}?\*/|'[^'\n]{0,400}'|\"[^\"\n]{0,400}\"|`[^`]{0,2000}`", re.DOTALL
)
_OTHERS = patterns.compile(r"\bmergeConfig\b|laravel")
"""What may bring settings of its own."""
_FUNCTION = patterns.compile(r"=>|\bfunction\b")
_KEY = patterns.compile(r"\s*(?P<key>[\w$]+)\s*(?P<colon>:)?\s*")
_PORT = patterns.compile(r"\d{1,5}\Z")
_HOST = patterns.compile(r"['\"](?P<host>[\w.:-]{1,253})['\"]\Z")
_OPEN, _CLOSE = "{[(", "}])"
_LONGEST = 20_000


class Block(NamedTuple):
    """A host and a port that an object tells."""

    host: Told | None
    port: Told | None


def block_of(text: Fragment, name: str) -> Block | None:
    """What the object of a name tells in a file, if that can be told."""
    if not name or len(text.text) > _LONGEST or _OTHERS.search(text.text):
        return None
    plain = _HIDDEN.sub(lambda m: (" " if m[0].startswith("/") else "_") * len(m[0]), text.text)
    found = list(re.finditer(rf"\b{name}\s*:\s*(?=\{{)", plain))
    if len(found) != 1 or len(re.findall(rf"\b{name}\b\s*[:,}}]", plain)) != 1:
        return None
    depth = plain.count("{", 0, found[0].start()) - plain.count("}", 0, found[0].start())
    if depth != 1 and not (depth == 2 and _FUNCTION.search(plain)):  # noqa: PLR2004
        return None
    fields = _fields(plain, found[0].end() + 1)
    return None if fields is None else _read(text, fields)


def _fields(plain: str, start: int) -> dict[str, tuple[int, int, int]] | None:
    """The keys of an object with their places and those of their values; nothing where it has more than such fields."""
    found: dict[str, tuple[int, int, int]] = {}
    at = start
    depth = 0
    for end in range(start, len(plain)):
        one = plain[end]
        if depth == 0 and one in ",}":
            if plain[at:end].strip():
                key = _KEY.match(plain, at, end)
                if key is None or key["colon"] is None:
                    return None
                found[key["key"]] = (key.start("key"), key.end(), at + len(plain[at:end].rstrip()))
            if one == "}":
                return found
            at = end + 1
        depth += (one in _OPEN) - (one in _CLOSE)
    return None


def _read(text: Fragment, fields: dict[str, tuple[int, int, int]]) -> Block | None:
    host = port = None
    if "host" in fields:
        key, start, end = fields["host"]
        value = text.text[start:end]
        written = _HOST.match(value)
        if written is None and value not in ("true", "false"):
            return None
        meant = {"true": "0.0.0.0", "false": ""}.get(value, written["host"] if written else "")  # noqa: S104
        host = Told(meant, text.place(key, start + len(value)), f"host: {value}") if meant else None
    if "port" in fields:
        key, start, end = fields["port"]
        value = text.text[start:end]
        if not _PORT.match(value):
            return None
        port = Told(value, text.place(key, start + len(value)), f"port: {value}")
    return Block(host, port)
