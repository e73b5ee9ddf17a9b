"""Patterns of `.gitignore` files, matched as git does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple


class Pattern(NamedTuple):
    """One line of a `.gitignore`: a regular expression for paths below its folder, and what a match means."""

    expression: str
    ignores: bool


class Patterns:
    """The patterns of one folder; paths are relative to it, and those of folders end in `/`."""

    def __init__(self, lines: Iterable[str]) -> None:
        parsed = [pattern for pattern in map(parse, lines) if pattern is not None]
        # The last match wins, so the groups of like meaning are tried from the end.
        self._groups: list[tuple[re.Pattern[str], bool]] = [
            (re.compile("|".join(p.expression for p in group)), ignores)
            for ignores, group in groupby(reversed(parsed), key=lambda p: p.ignores)
        ]

    def __bool__(self) -> bool:
        return bool(self._groups)

    def ignores(self, path: str) -> bool | None:
        """Whether a path is ignored or taken back in; nothing when no pattern speaks of it."""
        for expression, ignores in self._groups:
            if expression.match(path):
                return ignores
        return None


def parse(line: str) -> Pattern | None:
    """The pattern of one line; nothing for blank lines, comments, and patterns that can never match."""
    line = line.rstrip("\r\n")
    kept = line.rstrip(" ")
    # A backslash keeps the blank after it.
    if len(kept) < len(line) and _is_escaped(kept):
        kept += " "
    if not kept or kept.startswith("#"):
        return None
    ignores = not kept.startswith("!")
    glob = kept if ignores else kept[1:]
    only_folders = glob.endswith("/")
    glob = glob.removesuffix("/")
    if not glob:
        return None
    anchored = "/" in glob
    expression = _translate(glob.removeprefix("/"))
    if expression is None:
        return None
    start = "" if anchored else "(?:.*/)?"
    # The slash that marks a folder is no part of what the glob matches: `a/*` is not `a/`.
    return Pattern(f"(?s:{start}{expression}(?<!/){'/' if only_folders else '/?'}\\Z)", ignores)


def _is_escaped(text: str) -> bool:
    return (len(text) - len(text.rstrip("\\"))) % 2 == 1


@lru_cache(maxsize=256)
def glob_expression(glob: str) -> re.Pattern[str]:
    """A glob of the configuration file, where `*` does not cross `/` and `**` does."""
    pattern = parse(glob)
    return re.compile(pattern.expression if pattern and pattern.ignores else r"(?!)")


_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r"\ \t",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _translate(glob: str) -> str | None:
    """The regular expression of a glob; nothing if it is malformed, which git takes for "matches nothing"."""
    out: list[str] = []
    at, end = 0, len(glob)
    while at < end:
        char = glob[at]
        if char == "*":
            expression, at = _stars(glob, at)
        elif char == "[":
            found = _bracket(glob, at)
            if found is None:
                return None
            expression, at = found
        elif char == "\\":
            if at + 1 == end:
                return None
            expression, at = re.escape(glob[at + 1]), at + 2
        else:
            expression, at = ("[^/]" if char == "?" else re.escape(char)), at + 1
        out.append(expression)
    return "".join(out)


def _stars(glob: str, start: int) -> tuple[str, int]:
    """A run of stars and where it ends; two or more that fill a path's segment cross folders."""
    at = start
    while glob[at : at + 1] == "*":
        at += 1
    if at - start == 1 or glob[max(start - 1, 0) : start] not in ("", "/"):
        return "[^/]*?", at
    if glob[at : at + 1] == "/":
        return "(?:.*/)?", at + 1
    return ("[^/]*?" if at < len(glob) else ".*?"), at


def _bracket(glob: str, at: int) -> tuple[str, int] | None:
    """A `[…]` set and where it ends."""
    at += 1
    negated = glob[at : at + 1] in ("!", "^")
    at += negated
    members: list[str] = []
    first = True
    while True:
        if at >= len(glob):
            return None
        char = glob[at]
        if char == "]" and not first:
            break
        first = False
        if glob.startswith("[:", at) and ":]" in glob[at:]:
            close = glob.index(":]", at)
            members.append(_CLASSES.get(glob[at + 2 : close], ""))
            at = close + 2
            continue
        low, at = _member(glob, at)
        if glob[at : at + 1] == "-" and glob[at + 1 : at + 2] not in ("", "]"):
            high, at = _member(glob, at + 1)
            if low <= high:
                members.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            members.append(re.escape(low))
    inside = "".join(members)
    if negated:
        return f"[^/{inside}]", at + 1
    return (f"(?!/)[{inside}]" if inside else "(?!)"), at + 1


def _member(glob: str, at: int) -> tuple[str, int]:
    if glob[at] == "\\" and at + 1 < len(glob):
        return glob[at + 1], at + 2
    return glob[at], at + 1
