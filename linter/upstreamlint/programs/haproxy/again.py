"""The lines of a section that say which server takes a request, and which one takes it when that refuses."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.numerals import decimal
from upstreamlint.programs.haproxy.sections import Line
from upstreamlint.programs.haproxy.types import Again

_RETRIES = 3


def again(lines: Sequence[Line]) -> Again:
    """What is in force at the end of a section; `lines` begins with those of its `defaults`."""
    balance, retries, redispatch, all_backups = "", _RETRIES, 0, False
    for line in lines:
        words = [a.value for a in line.args]
        match line.name, words:
            case "balance", [algorithm, *_]:
                balance = algorithm.partition("(")[0]
            case "retries", [number, *_]:
                found = decimal(number)
                retries = _RETRIES if found is None else found
            case "option", ["redispatch", *rest]:
                redispatch = _interval(rest[0]) if rest else -1
            case "option", ["allbackups", *_]:
                all_backups = True
            case "no", ["option", "redispatch", *_]:
                redispatch = 0
            case "no", ["option", "allbackups", *_]:
                all_backups = False
    return Again(balance, retries, redispatch, all_backups)


def _interval(word: str) -> int:
    number = decimal(word.removeprefix("-"))
    return -1 if number is None else -number if word.startswith("-") else number


def administered(lines: Sequence[Line]) -> bool:
    """Whether a socket, or the page of statistics, lets servers be put in and out."""
    for line in lines:
        words = [a.value for a in line.args]
        if line.name == "stats" and words[:1] == ["socket"]:
            level = words[words.index("level") + 1 :][:1] if "level" in words else []
            return level in (["admin"], [])
        if line.name == "stats" and words[:1] == ["admin"]:
            return True
    return False
