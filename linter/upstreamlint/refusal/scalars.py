"""Scalars as `kubectl` reads them, and values that are still to be filled in."""

from __future__ import annotations

from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Node, Scalar
from upstreamlint.numerals import literal, real
from upstreamlint.typed import TypeAlias

Plain: TypeAlias = str | int | float | bool | None

_TRUE = frozenset({"true", "yes", "on", "y"})
_FALSE = frozenset({"false", "no", "off", "n"})
_LETTER = 1
WORDS = frozenset({*_TRUE, *_FALSE, "null"})
"""Plain words, in lower case, that may be something else than text."""

_PLACEHOLDER = patterns.compile(
    r"\$[({A-Za-z_]|\{\{|\{[A-Za-z_]|<[^<>]+>|\[\[[^\[\]:]|%[({][A-Za-z]|@\w+@"
    r"|__[A-Z]\w*__|#\{|%(?![0-9A-Fa-f]{2})[A-Za-z]\w*%|%[A-Z]\w*%(?![0-9A-Fa-f]{2})"
)
"""Signs of those that fill values in; `%2F` is an encoded character of a URL, `%DOMAIN%` is not."""
_SHOUTED = patterns.compile(
    r"\A[A-Z][A-Z0-9]*_[A-Z0-9_]*\Z|(?:\A|[-_./ ])(?!(?:HTTPS?|TCP|UDP|GRPC|TLS)\b)[A-Z][A-Z0-9]+(?=\Z|[-_./: ])"
    r"|\b[xX](?:\.[xX])+\b|\.\.\.|\A[_?#~-]+\Z"
)
"""Words in capitals, and signs alone (`_`, `???`); those of protocols are meant."""
_ASKED = patterns.compile(
    r"(?i)(?:\A|[^a-z])(?:your|change[-_]?me|xxx+|replaced?[-_ ](?:me|this|with|by|in)|replaceme|fill[-_ ](?:in|me|this|out)"
    r"|insert[-_ ](?:your|here|me|this))(?:\Z|[^a-z])|\A(?:replaced?|fill|insert)\Z"
)
"""What asks for something to be written; `todo-api` and `url-replace` are names like others."""
_STANDS_FOR = patterns.compile(
    r"(?:\A|[^a-z])replace_[a-z_]+|\A[a-z0-9]+(?:_[a-z0-9]+){0,5}_(?:name|namespace|port|domain|address|secret|host|hostname|ip|url|class)\Z"
    r"|\A[a-z0-9-]+\.\Z|[^\x00-\x7f]\S{0,60}\s+\S"
)
"""Words with what no name of an object holds, which tell what is to stand there (`service_name`, `replace_port`), a host before a domain that is empty,
and several words of another script (`여기에 도메인을 입력하세요`)."""


def read(scalar: Scalar) -> Plain:
    """The value of a scalar; what is quoted is text."""
    if not scalar.plain or scalar.tag.endswith("str"):
        return scalar.value
    return None if scalar.is_null else _plain(scalar.value)


@lru_cache(maxsize=16_384)
def _plain(text: str) -> Plain:
    number = literal(text)
    if number is not None:
        return number
    folded = text.lower()
    if folded in _TRUE or folded in _FALSE:
        return folded in _TRUE if len(folded) > _LETTER else text
    # What no float holds (`44e3275`) is text to go-yaml; numbers without a point or an exponent are whole.
    fraction = real(text) if "." in text or "e" in folded else None
    return text if fraction is None else fraction


_COMMENTED = patterns.compile(r"[^\n]*?:[ \t]*#")


def left_out(holder: Node | None, name: str) -> bool:
    """Whether a field is written without a value and with a comment, which tells what is to be filled in."""
    entry = holder.entry(name) if isinstance(holder, Mapping) else None
    if entry is None or not null(entry.value):
        return False
    return _COMMENTED.match(entry.key.source.text, entry.key.end) is not None


def null(node: Node | None) -> bool:
    """Whether a value is missing, which is what null means to the API server."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


@lru_cache(maxsize=16_384)
def stands_for_another(text: str, *, names: bool) -> bool:
    """Whether a text stands for one that is to be filled in, for that of a name too."""
    told = (_PLACEHOLDER, _SHOUTED, _ASKED, _STANDS_FOR) if names else (_PLACEHOLDER,)
    return any(pattern.search(text) is not None for pattern in told)


def unfilled(node: Node, *, names: bool = True) -> bool:
    """Whether a value is still to be filled in: `$(PORT)`, or `{{ port }}`, which YAML takes for a mapping.

    `names` says whether words in capitals stand for something, as they do where names are in lower case.
    """
    if isinstance(node, Scalar):
        return stands_for_another(node.value, names=names)
    return isinstance(node, Mapping) and node.source.text.startswith("{{", node.start)
