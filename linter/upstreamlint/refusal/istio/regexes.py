"""Whether RE2 takes a regular expression, as far as it is certain: what is unsure passes."""

from __future__ import annotations

import re

from upstreamlint import patterns

_LARGEST = 1024
_PERL = patterns.compile(r"\(\?(?:<?[=!]|>|#|\()")
_BACK = patterns.compile(r"(?:[^\\]|\A)(?:\\\\)*(\\[1-9])")
_CLASS = patterns.compile(r"\[\^?\]?(?>(?:\\.|\[:\w{1,10}:\]|[^\]\\]){0,100})\]")
_FOREIGN = patterns.compile(r"\\[pPQECzAZ]|\[:|\(\?[a-zA-Z-]*[a-zA-Z-][:)]|\(\?<\w|[*+?}]\+|[\^$][*+?]|\{,")
STYLE = "Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
_SAID = (
    ("unterminated character set", "missing closing ]: `{}`"),
    ("missing ), unterminated subpattern", "missing closing ): `{}`"),
    ("unbalanced parenthesis", "unexpected ): `{}`"),
    ("nothing to repeat", "missing argument to repetition operator: `{}`"),
    ("multiple repeat", "invalid nested repetition operator: `{}`"),
    ("bad character range", "invalid character class range: `{}`"),
)


def problem(pattern: str) -> str | None:
    """What RE2 says of an expression that it does not take; nothing if it does, or if that is not certain."""
    if len(pattern) > _LARGEST:
        return "regex is too large, max length allowed is 1024"
    bare = _CLASS.sub("x", pattern)
    perl = _PERL.search(bare)
    if perl is not None and not bare[: perl.start()].endswith("\\"):
        return f"error parsing regexp: invalid or unsupported Perl syntax: `{perl.group()}`"
    back = _BACK.search(bare)
    if back is not None:
        return f"error parsing regexp: invalid escape sequence: `{back.group(1)}`"
    if _FOREIGN.search(pattern):
        return None
    try:
        re.compile(pattern)
    except re.error as error:
        for start, words in _SAID:
            if error.msg.startswith(start):
                return f"error parsing regexp: {words.format(pattern)}"
    except (RecursionError, OverflowError):
        return None
    return None
