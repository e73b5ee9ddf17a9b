"""Files and folders that HAProxy opens when it starts: without one of them it does not. Each wording was seen on 2.6."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from itertools import pairwise

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.programs.haproxy.sections import Line, Section
from upstreamlint.readers.compose.tree import is_unknown, part
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple

_MAP = patterns.compile(r"\bmap(?:_[a-z]{2,8}){0,2}\((?P<path>/[^,)\s]{1,300})")
_CERTIFICATES = "unable to stat SSL certificate from file '{}' : No such file or directory"
_LIST = "'crt-list' : cannot open file '{}' : No such file or directory"
_ERRORS = "errorfile : error opening file '{}'"
_PATTERNS = "failed to open pattern file <{}>"
_SOCKET = "cannot bind UNIX socket (No such file or directory) [{}]"


class Named(NamedTuple):
    """A path that must be there, and what HAProxy says where it is not."""

    path: str
    anchor: Anchor
    said: str


def named(sections: Sequence[Section]) -> tuple[Named, ...]:
    """Every path that is written as a whole; relative ones are seen from a folder that is not known."""
    bases = [
        line.args[0].value
        for s in sections
        if s.kind == "global"
        for line in s.all("crt-base")
        if line.args and not is_unknown(line.args[0])
    ]
    base = bases[-1] if bases else ""
    return tuple(one for s in sections for line in s.lines if not line.unsure for one in _of_line(line, base))


def _of_line(line: Line, base: str) -> Iterator[Named]:
    words = line.args
    if any(is_unknown(word) for word in words):
        return
    match line.name:
        case "bind":
            yield from _of_bind(words, base)
        case "errorfile" if len(words) > 1:
            yield from _at(words[1], words[1].value, _ERRORS)
        case "stats" if len(words) > 1 and words[0].value == "socket":
            folder = posixpath.dirname(words[1].value)
            yield from _at(words[1], folder, _SOCKET.format(words[1].value)) if folder.count("/") > 1 else ()
        case "acl":
            for key, value in pairwise(words):
                yield from _at(value, value.value, _PATTERNS) if key.value == "-f" else ()
        case _:
            pass
    for word in words:
        for found in _MAP.finditer(word.value):
            place = part(word, *found.span("path")).anchor
            yield Named(found["path"], place, _PATTERNS.format(found["path"]))


def _of_bind(words: Sequence[Scalar], base: str) -> Iterator[Named]:
    for key, value in pairwise(words[1:]):
        if key.value == "crt":
            yield from _at(value, posixpath.join(base, value.value), _CERTIFICATES)
        elif key.value == "crt-list":
            yield from _at(value, value.value, _LIST)


def _at(word: Scalar, path: str, said: str) -> Iterator[Named]:
    if path.startswith("/") and "@" not in path:
        yield Named(path, word.anchor, said.format(path))
