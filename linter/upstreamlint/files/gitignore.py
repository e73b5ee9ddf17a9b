"""Patterns of `.gitignore` files, matched as git does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from upstreamlint.values import NamedTuple


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
    parts = _translate(glob.removeprefix("/"))
    if parts is None:
        return None
    expression = _joined(parts if anchored else [_DEEP, *parts])
    # The slash that marks a folder is no part of what the glob matches: `a/*` is not `a/`.
    return Pattern(f"(?s:{expression}(?<!/){'/' if only_folders else '/?'}\\Z)", ignores)


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


_STAR = "[^/]*?"
_DEEP = "(?:.*/)?"
_REST = ".*?"


def _translate(glob: str) -> list[str] | None:
    """The expressions of a glob's parts; nothing if it is malformed, which git takes for "matches nothing"."""
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
    return out


def _joined(parts: list[str]) -> str:
    """The parts as one expression that does not backtrack: what follows a star is taken where it comes first.

    That loses nothing, since any later place leaves less for the stars behind it. Only the last one has to try.
    """
    chunks: list[list[str]] = [[]]
    for part in parts:
        if part == _DEEP:
            chunks.append([])
        else:
            chunks[-1].append(part)
    first, *deep = map(_within_folders, chunks)
    return first + "".join(
        f"{_DEEP}{chunk}" if index == len(deep) else f"(?>(?:.*?/)??{chunk})"
        for index, chunk in enumerate(deep, 1)
    )


def _within_folders(parts: list[str]) -> str:
    """Parts without `**/`; a star that another one follows in its folder's name takes the first place that fits."""
    out: list[str] = []
    stars = [i for i, part in enumerate(parts) if part == _STAR]
    for index, start in enumerate(stars):
        end = stars[index + 1] if index + 1 < len(stars) else len(parts)
        if not index:
            out += parts[:start]
        text = "".join(parts[start:end])
        another = index + 1 < len(stars) and "/" not in parts[start:end]
        out.append(f"(?>{text})" if another else text)
    return "".join(out) if stars else "".join(parts)


def _stars(glob: str, start: int) -> tuple[str, int]:
    """A run of stars and where it ends; two or more that fill a path's segment cross folders."""
    at = start
    while glob[at : at + 1] == "*":
        at += 1
    if at - start == 1 or glob[max(start - 1, 0) : start] not in ("", "/"):
        return _STAR, at
    if glob[at : at + 1] == "/":
        return _DEEP, at + 1
    return (_STAR if at < len(glob) else _REST), at


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
