"""A near miss as an edit: what was meant, written over what is there, and not a character more."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.finding import Edit
from upstreamlint.numerals import is_digits
from upstreamlint.source import Anchor

_PAIR = patterns.compile(r"(?P<key>[^\s:]+): (?P<value>\S+)")
_SAFE = patterns.compile(r"@?[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")
_STRING = patterns.compile(r"(?!(?i:true|false|yes|no|on|off|null|y|n)\Z)[A-Za-z][A-Za-z0-9._/-]*")
"""What YAML takes for a string without quotes, whatever its version."""


def respelt(place: Anchor, written: str, meant: str) -> tuple[Edit, ...]:
    """The edit that makes a word of a place another one that is known to be right; nothing where it is not safe."""
    edit = replacement(place, written, meant)
    return (edit,) if edit is not None else ()


def replacement(
    place: Anchor, written: str, meant: str, candidate: Anchor | None = None, *, either: bool = False
) -> Edit | None:
    """The edit that makes `written` at a place `meant`, a word or a `key: value`; nothing where it is not safe.

    What is written must stand there once, letter by letter, and what is meant at its `candidate`: what was put
    together by a template, a variable or a prefix is none of them. A name becomes a number only where the field takes
    `either`.
    """
    pair = _PAIR.fullmatch(meant)
    word = pair["value"] if pair else meant
    if not _SAFE.fullmatch(word) or (candidate is not None and not _stands(word, candidate)):
        return None
    if pair is not None:
        return _pair(place, pair["key"], word)
    name = written if "/" in word else written.rpartition("/")[2]
    if name == word or (is_digits(name) != is_digits(word) and not either):
        return None
    found = _words(place, name)
    return Edit(found[0], word) if len(found) == 1 else None


def _stands(word: str, candidate: Anchor) -> bool:
    text = candidate.source.text[candidate.start : candidate.end]
    parts = (word, *re.split(r"[./_]", word)[:2])
    return any(re.search(rf"(?<![\w-]){re.escape(part)}(?![\w-])", text) for part in parts)


def _token(word: str) -> str:
    return rf"(?<![\w.@-]){re.escape(word)}(?![\w-]|\.\w)"


def _words(place: Anchor, word: str) -> list[Anchor]:
    source, start, end = place
    found = re.finditer(_token(word), source.text[start:end])
    return [Anchor(source, start + m.start(), start + m.end()) for m in found]


def _pair(place: Anchor, key: str, value: str) -> Edit | None:
    """The value of a `key: value` in YAML, inside of its quotes if it has some."""
    source, start, end = place
    text = source.text[start:end]
    quote = r"(?P<quote>[\"']?)"
    there = re.fullmatch(
        rf"(?P<k>[\"']?){re.escape(key)}(?P=k)\s*:\s*{quote}(?P<old>[\w./-]+)(?P=quote)", text
    )
    if there is None or there["old"] == value or not (there["quote"] or _STRING.fullmatch(value)):
        return None
    return Edit(Anchor(source, start + there.start("old"), start + there.end("old")), value)
