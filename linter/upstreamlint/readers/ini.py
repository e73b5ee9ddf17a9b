"""INI text to a tree: a mapping for each section, with the place of every value."""

from __future__ import annotations

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.readers.quadlet import Section, unit
from upstreamlint.source import Source


def root(source: Source) -> Mapping:
    """The sections of a text, each with the last value of every key."""
    return Mapping(
        source, 0, -1, {n: _section(source, n, s) for n, s in unit(source).items() if any(s.values())}
    )


def _section(source: Source, name: str, section: Section) -> Entry:
    last = {key: values[-1] for key, values in section.items() if values}
    start = min(value.start for value in last.values())
    entries = {key: Entry(Scalar(key, True, source, v.start, v.start), v) for key, v in last.items()}
    return Entry(Scalar(name, True, source, start, start), Mapping(source, start, -1, entries))
