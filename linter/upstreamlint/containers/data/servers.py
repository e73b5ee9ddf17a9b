"""Look-up of server rows by the command that starts them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from itertools import takewhile

from upstreamlint.containers.data.facts import Row, ServerFacts, server_facts


class Servers:
    """Server rows by name and by command; of two rows that fit as well, the later counts."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Rows are as `servers.schema.json` has them."""
        self._all = tuple(rows)
        self._named = {row["server"]: row for row in self._all}
        self._programs: dict[str, list[tuple[tuple[str, ...], Row]]] = {}
        globs = [glob for row in self._named.values() for glob in row.get("told_by", ())]
        self._starts = tuple("".join(takewhile(lambda c: c not in "*?[", glob)) for glob in globs)
        for row in self._named.values():
            for pattern in row.get("command", ()):
                self._programs.setdefault(_key(pattern[0]), []).append((tuple(pattern), row))

    def extended(self, rows: Iterable[Row]) -> Servers:
        """These rows, and more that win over them."""
        return Servers([*self._all, *rows])

    def named(self, name: str) -> ServerFacts | None:
        """The server of a name, such as an image's row gives for its program."""
        row = self._named.get(name)
        return None if row is None else server_facts(row)

    def told_by(self, variables: Iterable[str]) -> ServerFacts | None:
        """The server that a variable is only for, where there is one."""
        names = [name for name in variables if name.startswith(self._starts) and name.upper() == name]
        for row in self._named.values() if names else ():
            globs: Iterable[str] = row.get("told_by", ())
            if any(fnmatchcase(name, glob) for glob in globs for name in names):
                return server_facts(row)
        return None

    def match(self, words: tuple[str, ...]) -> tuple[ServerFacts, int] | None:
        """The server that one command starts, and the number of words that say so; there is at least one word."""
        program = words[0].rpartition("/")[2]
        words = (program, *words[1:])
        best: tuple[tuple[int, int], int, Row] | None = None
        for key in {_key(program), ""}:
            for pattern, row in self._programs.get(key, ()):
                end = _end(pattern, words)
                weight = (len(pattern), sum(len(word) for word in pattern))
                if end is not None and (best is None or weight >= best[0]):
                    best = weight, end, row
        return None if best is None else (server_facts(best[2]), best[1])


def _key(program: str) -> str:
    """What rows are filed under: the start of a name that no pattern leaves open."""
    return "" if program.startswith("*") else program[:2]


def _end(pattern: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """The place behind the words that a pattern takes; options, with a value each, may stand between them."""
    if not fnmatchcase(words[0], pattern[0]):
        return None
    at = 1
    for expected in pattern[1:]:
        while at < len(words) and not fnmatchcase(words[at], expected):
            if not words[at].startswith("-") and not _takes_value(words[at - 1]):
                return None
            at += 1
        if at == len(words):
            return None
        at += 1
    return at


def _takes_value(word: str) -> bool:
    return word.startswith("-") and "=" not in word
