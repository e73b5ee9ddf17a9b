"""How a hand slips: a name or a number to the one that is written by mistake."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Collection, Iterator

WORDS = ("api", "server", "internal", "main", "web", "svc", "app", "new")
OTHERS = ("quokka", "papaya", "walrus", "lantern", "ferret", "cobalt", "meadow", "tundra")
NUMBERS = (9321, 7466, 6143, 18231, 5909)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_MOST = 65_535


def _swapped(text: str, rng: random.Random) -> Iterator[str]:
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    for i in rng.sample(places, len(places)):
        yield text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _lost(text: str, rng: random.Random) -> Iterator[str]:
    places = [i for i in range(len(text)) if text[i].isalnum()]
    for i in rng.sample(places, len(places)):
        yield text[:i] + text[i + 1 :]


def _doubled(text: str, rng: random.Random) -> Iterator[str]:
    places = [i for i in range(len(text)) if text[i].isalnum()]
    for i in rng.sample(places, len(places)):
        yield text[:i] + text[i] + text[i:]


def _word_added(text: str, rng: random.Random) -> Iterator[str]:
    if text.isdigit():
        return
    dash = "_" if "_" in text and "-" not in text else "-"
    for word in rng.sample(WORDS, len(WORDS)):
        yield f"{text}{dash}{word}" if rng.random() < 0.6 else f"{word}{dash}{text}"


def _another(text: str, rng: random.Random) -> Iterator[str]:
    if text.isdigit():
        yield from (str(n) for n in rng.sample(NUMBERS, len(NUMBERS)))
        return
    head, dash, _ = text.rpartition("-")
    for word in rng.sample(OTHERS, len(OTHERS)):
        yield f"{head}{dash}{word}" if rng.random() < 0.5 else word


SLIPS: dict[str, Callable[[str, random.Random], Iterator[str]]] = {
    "letters swapped": _swapped,
    "letter lost": _lost,
    "letter doubled": _doubled,
    "word added": _word_added,
    "another word": _another,
}


def slip(kind: str, text: str, taken: Collection[str], rng: random.Random) -> str | None:
    """The text as a hand slips; nothing when every slip of the kind gives a name that is taken or none."""
    return next((s for s in SLIPS[kind](text, rng) if s != text and s not in taken and _writable(s)), None)


def _writable(text: str) -> bool:
    if text.isdigit():
        return text[0] != "0" and int(text) <= _MOST
    return _NAME.match(text) is not None and any(c.isalpha() for c in text)
