"""Regular expressions of Go (RE2) as Python's, which mean the same for the texts of manifests."""

from __future__ import annotations

import re

EQUAL = {r"^[!-~]+([\t ]?[!-~]+)*$": r"^[!-~]+([\t ][!-~]+)*$"}
"""Patterns that take time without end where the engine goes back, each with one that takes the same texts."""

_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\]|\(\?[imsU]+\)|\$|.", re.DOTALL)


def python(pattern: str) -> str:
    """A pattern in Python's spelling: `$` is the end of the text, and flags stand first.

    Raises:
        ValueError: it has no such spelling.
    """
    flags, pieces = "", []
    for piece in _PIECE.findall(EQUAL.get(pattern, pattern)):
        if piece.startswith("(?") and piece.endswith(")"):
            flags += piece[2:-1]
        elif piece in ("$", r"\z"):
            pieces.append(r"\Z")
        else:
            pieces.append(piece)
    found = (f"(?{flags})" if flags else "") + "".join(pieces)
    try:
        re.compile(found)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} is not Python's: {error}") from error
    return found
