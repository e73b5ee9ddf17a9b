"""Unit files of Podman's Quadlet: sections with keys, each value with its place.

After systemd.syntax(7): a backslash joins lines, `#` and `;` begin comments, a key may stand many times and an empty
value takes back those before it; words may be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.readers.compose.tree import part
from upstreamlint.source import Source

Section = Mapping[str, tuple[Scalar, ...]]
"""The values of each key, in the order written."""

_JOINED = patterns.compile(r"\\\r?\n(?:[ \t]*[#;][^\n]*\n)*")
_LINE = patterns.compile(
    r"^[ \t]*(?:\[(?P<section>[^\]\n]+)\]|(?P<key>[A-Za-z][\w-]*)[ \t]*=(?P<value>[^\n]*))", re.MULTILINE
)
_WORD = patterns.compile(r"\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>[^']*)'|(?P<bare>\S+)")


def unit(source: Source) -> dict[str, Section]:
    """The sections of a unit file."""
    text = _JOINED.sub(lambda m: " " * len(m[0]), source.text)
    found: dict[str, dict[str, list[Scalar]]] = {}
    section = ""
    for line in _LINE.finditer(text):
        if line["section"] is not None:
            section = line["section"].strip()
            continue
        value = line["value"].strip()
        values = found.setdefault(section, {}).setdefault(line["key"], [])
        if not value:
            values.clear()
            continue
        start = line.start("value") + len(line["value"]) - len(line["value"].lstrip())
        values.append(Scalar(value, True, source, start, start + len(value)))
    return {name: {key: tuple(v) for key, v in keys.items()} for name, keys in found.items()}


def words(value: Scalar) -> Iterator[Scalar]:
    """The words of a value, without their quotes."""
    for found in _WORD.finditer(value.value):
        group = found.lastgroup or "bare"
        yield part(value, *found.span(group))
