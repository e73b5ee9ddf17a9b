"""Small things that every part of the Compose loader does to a tree of documents.

A merged and interpolated tree is made of the same `Mapping`, `Sequence` and `Scalar` as a tree that was
read from one file: each scalar and key still says where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Entry, Mapping, Node, Scalar, Sequence
from upstreamlint.numerals import literal, real
from upstreamlint.source import Anchor

RESET = "!reset"
OVERRIDE = "!override"

_INTEGER = patterns.compile(r"[-+]?[0-9][0-9_]*\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = patterns.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
)
_DURATION = patterns.compile(r"(?:[0-9]+(?:\.[0-9]*)?(?:h|ms|m|s|us|µs|ns))+\Z|0\Z")
_DURATION_PART = patterns.compile(r"([0-9.]{1,40})(h|ms|m|s|us|µs|ns)")
_LONGEST = 40
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PLACEHOLDER = patterns.compile(r"\$\{[A-Za-z_]\w*\}")


def is_unknown(node: Node | None) -> bool:
    """Whether a value depends on a variable that these files do not set."""
    return isinstance(node, Scalar) and node.tag == UNKNOWN


def is_unknown_text(text: str) -> bool:
    """Whether a part cut out of an unknown scalar still holds a variable."""
    return _PLACEHOLDER.search(text) is not None


def kind(node: Node) -> str:
    """What Compose (YAML 1.2) takes a node for: null, boolean, integer, number, string, mapping or array."""
    if isinstance(node, Mapping):
        return "mapping"
    if isinstance(node, Sequence):
        return "array"
    if not node.plain or node.tag:
        return "string"
    return "null" if node.is_null else _kind_of_plain(node.value)


@lru_cache(maxsize=16_384)
def _kind_of_plain(text: str) -> str:
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return "boolean"
    if _INTEGER.match(text):
        return "integer"
    return "number" if _FLOAT.match(text) else "string"


def integer(text: str) -> int | None:
    """A number as Compose reads it; `012` is octal."""
    return literal(text.strip())


def boolean(text: str) -> bool | None:
    """A truth value as Compose casts it."""
    folded = text.strip().lower()
    if folded in ("true", "yes", "on", "y", "1", "t"):
        return True
    return False if folded in ("false", "no", "off", "n", "0", "f") else None


def seconds(text: str) -> float | None:
    """A duration (`1m30s`, `500ms`) in seconds; nothing when it is none."""
    if len(text) > _LONGEST or not _DURATION.match(text):
        return None
    return sum((real(number) or 0.0) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text))


def split_fields(text: str, separator: str = ":") -> list[str]:
    """Cut at a separator, but not inside `${…}` or `[…]` (an IPv6 address)."""
    if "{" not in text and "[" not in text:
        return text.split(separator)
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char in "{[":
            depth += 1
        elif char in "}]":
            depth = max(0, depth - 1)
        elif char == separator and not depth:
            parts.append(text[start:at])
            start = at + 1
    parts.append(text[start:])
    return parts


def mapping_like(like: Node, entries: Iterable[Entry], tag: str = "") -> Mapping:
    """A mapping of these entries that stands where another node stands; the last of equal keys wins."""
    return Mapping(like.source, like.start, like.end, {e.key.value: e for e in entries}, tag)


def sequence_like(like: Node, items: Iterable[Node], tag: str = "") -> Sequence:
    """A sequence of these items that stands where another node stands."""
    return Sequence(like.source, like.start, like.end, list(items), tag)


def part(scalar: Scalar, start: int, end: int) -> Scalar:
    """A piece of a scalar's text, pointing at the piece itself where the text stands as written."""
    text = scalar.value[start:end]
    written = scalar.source.text[scalar.start : scalar.end]
    shift = 0 if scalar.plain else 1
    unchanged = scalar.tag != INTERPOLATED and written[shift : shift + len(scalar.value)] == scalar.value
    if unchanged:
        return scalar._replace(value=text, start=scalar.start + shift + start, end=scalar.start + shift + end)
    return scalar._replace(value=text)


def anchor_of(node: Node) -> Anchor:
    """Where a node stands."""
    return Anchor(node.source, node.start, max(node.start, node.end))
