r"""`.env` and `env_file` files: `NAME=value` lines with quotes, comments and variables.

Single quotes keep everything; double quotes know `\n` and variables and may span lines; without quotes a
`#` after a blank starts a comment. A name without `=` asks for the variable of the same name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from upstreamlint import patterns
from upstreamlint.budget import Budget
from upstreamlint.documents import INTERPOLATED, UNKNOWN, Scalar
from upstreamlint.readers.compose.interpolate import interpolate
from upstreamlint.source import Source

_LINE = patterns.compile(
    r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.\-\[\]]*)[ \t]*+([=:]|(?=\r?$|#))[ \t]*", re.MULTILINE
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


def read(
    source: Source, environment: Mapping[str, str], budget: Budget, *, raw: bool = False
) -> dict[str, Scalar]:
    """The variables that a file sets, each at the place of its value.

    Values may use `environment` and the variables above them. `raw` (the `format: raw` of an `env_file`)
    takes everything after the `=` as it is.
    """
    text = source.text
    found: dict[str, Scalar] = {}
    known: dict[str, str] = dict(environment)
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        match = _LINE.match(text, at, end)
        if match is None:
            at = end + 1
            continue
        name, start = match.group(1), match.end()
        if not match.group(2):
            at = end + 1
            if name in environment:
                found[name] = Scalar(
                    environment[name], False, source, match.start(1), match.end(1), INTERPOLATED
                )
            continue
        if raw:
            scalar, at = Scalar(text[start:end].rstrip("\r"), False, source, start, end), end + 1
        else:
            scalar, at = _value(source, start, end, known, budget)
        found[name] = scalar
        if scalar.tag != UNKNOWN:
            known[name] = scalar.value
    return found


def _value(
    source: Source, start: int, line_end: int, known: Mapping[str, str], budget: Budget
) -> tuple[Scalar, int]:
    """The value that starts here, and the offset after its line."""
    text = source.text
    quote = text[start : start + 1]
    if quote in ("'", '"'):
        close = _closing_quote(text, start + 1, quote)
        if close >= 0:
            after = text.find("\n", close)
            inner = text[start + 1 : close]
            scalar = Scalar(inner, False, source, start, close + 1)
            if quote == '"':
                scalar = _expanded(scalar._replace(value=_unescape(inner)), known, budget)
            return scalar, (len(text) if after < 0 else after) + 1
    raw = text[start:line_end]
    comment = re.search(r"(?:^|[ \t])#", raw)
    value = (raw[: comment.start()] if comment else raw).strip()
    scalar = Scalar(value, False, source, start, start + len(value))
    return _expanded(scalar, known, budget), line_end + 1


def _expanded(scalar: Scalar, known: Mapping[str, str], budget: Budget) -> Scalar:
    result = interpolate(scalar.value, known, budget, scalar.anchor)
    if result is None:
        return scalar._replace(tag=UNKNOWN)
    if not result.changed and not result.unset:
        return scalar
    return scalar._replace(value=result.text, tag=UNKNOWN if result.unset else INTERPOLATED)


def _closing_quote(text: str, start: int, quote: str) -> int:
    at = start
    while at < len(text):
        if text[at] == "\\" and quote == '"':
            at += 2
            continue
        if text[at] == quote:
            return at
        at += 1
    return -1


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m.group(1), m.group()), text, flags=re.DOTALL)
