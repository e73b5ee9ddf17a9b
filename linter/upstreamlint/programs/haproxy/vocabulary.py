"""The words that lines of HAProxy take, as data: `vocabulary.json`."""

from __future__ import annotations

import json
import os
from functools import cache

from upstreamlint.graph.likeness import near_names

SERVER, BIND, OPTION, ACTION, GLOBAL = "server", "bind", "option", "http-request", "global"
ERRORFILE, REDIRECT, STATS = "errorfile", "redirect", "stats"
_SHORT = 3


@cache
def words(kind: str) -> frozenset[str]:
    """The words of a kind of line."""
    return frozenset(word.rstrip("=") for word in _table()[kind].split())


@cache
def with_a_word(kind: str) -> frozenset[str]:
    """The words of a kind of line that take one word behind them."""
    return frozenset(word[:-1] for word in _table()[kind].split() if word.endswith("="))


def meant(kind: str, word: str) -> str:
    """The word of a kind that one must be meant for; empty where it is one, or like none."""
    known = words(kind)
    if word in known or word.removeprefix("no-") in known or len(word) <= _SHORT:
        return ""
    near = near_names(word, known, words=False)
    return near[0] if near else ""


@cache
def _table() -> dict[str, str]:
    with open(os.path.join(os.path.dirname(__file__), "vocabulary.json"), encoding="utf-8") as stream:
        found: dict[str, str] = json.load(stream)
    return found
