"""YAML and JSON text to documents, with the place of every key and value.

A stream is cut at its document markers first, so that one broken document does not hide the others, and so that
documents nobody wants are not parsed. Most of what is left is plain and read in one pass; the rest is for a whole parser.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.budget import Budget
from upstreamlint.documents import Document, Node, Scalar
from upstreamlint.readers import yaml_plain
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Source
from upstreamlint.values import NamedTuple

_MARKER = patterns.compile(r"\n---(?=\s|\Z)")
_BLANK = patterns.compile(r"(?:\s|#[^\n]*(?:\n|$)|---|\.\.\.)*\Z")


class Reading(NamedTuple):
    """What a source holds: its documents, what is wrong with it, and how many documents nobody wanted."""

    documents: list[Document]
    faults: list[Fault]
    passed_over: int


def read(source: Source, wanted: Callable[[str], bool] | None = None) -> Reading:
    """Read every document of a stream.

    `wanted` looks at a document's text and says whether to parse it. Documents that fail are faults;
    the others are read all the same.
    """
    documents: list[Document] = []
    faults: list[Fault] = []
    passed_over = 0
    budget = Budget()
    for index, (base, text) in enumerate(_chunks(source.text)):
        if wanted is not None and not wanted(text):
            passed_over += not _BLANK.match(text)
            continue
        for part in _parsed(source, base, text, budget):
            if isinstance(part, Fault):
                faults.append(part)
            else:
                documents.append(Document(source, part, index))
    return Reading(documents, faults, passed_over)


def _parsed(source: Source, base: int, text: str, budget: Budget) -> Iterable[Node | Fault]:
    """The roots of the documents in a text at an offset of its source, and what is wrong with them."""
    plain = yaml_plain.root(source, base, text)
    if plain is not None:
        return [plain]
    from upstreamlint.readers import yaml_full

    return yaml_full.parsed(source, base, text, budget)


def parts(text: str) -> list[str]:
    """The texts of a stream's documents, each with the marker that it starts with."""
    return [part for _, part in _chunks(text)]


def chunk_at(source: Source, offset: int) -> str:
    """The text of the document that an offset is in."""
    starts = _starts(source.text)
    index = bisect_right(starts, offset)
    return source.text[starts[index - 1] : starts[index] if index < len(starts) else len(source.text)]


def chunk_start(source: Source, offset: int) -> int:
    """Where the document starts that an offset is in."""
    starts = _starts(source.text)
    return starts[bisect_right(starts, offset) - 1]


def read_block(scalar: Scalar) -> Reading:
    """Read YAML that is written as a literal block (`|`) of another document, in place; others are passed over."""
    from textwrap import dedent

    host = scalar.source.text
    base = host.find("\n", scalar.start, scalar.end) + 1
    text = host[base : scalar.end]
    if not base or host[scalar.start] != "|" or dedent(text).strip() != scalar.value.strip():
        return Reading([], [], 1)
    found = list(_parsed(scalar.source, base, text, Budget()))
    if any(isinstance(part, Fault) and not (part.over or part.repeated) for part in found):
        return Reading([], [], 1)
    roots = [part for part in found if not isinstance(part, Fault)]
    return Reading([Document(scalar.source, root, number) for number, root in enumerate(roots)], [], 0)


def _starts(text: str) -> tuple[int, ...]:
    """Where each document starts."""
    return _marked(text) if text.startswith("---") or "\n---" in text else (0,)


@lru_cache(maxsize=2)
def _marked(text: str) -> tuple[int, ...]:
    """The same of several documents; directives need the whole stream in one piece."""
    lines = f"\n{text}"
    starts = [m.start() for m in _MARKER.finditer(lines)]
    if not starts or "\n%" in lines:
        return (0,)
    return tuple(starts) if starts[0] == 0 else (0, *starts)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The text of each document with its offset."""
    starts = _starts(text)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield start, text[start:end]
