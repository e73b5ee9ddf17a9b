"""Base64 as Go reads it (`encoding/base64`, StdEncoding): what the API server decodes the data of Secrets with."""

from __future__ import annotations

from upstreamlint import patterns

_whole = patterns.compile(r"(?>(?:[A-Za-z0-9+/]{4})*)(?>(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)").fullmatch
_stray = patterns.compile(r"[^A-Za-z0-9+/]").search
_FOUR = 4
_LEAST = 2
"""So many letters of four say something before the padding."""


def problem(text: str) -> str | None:
    """What the server says of a text that is no Base64; nothing if it is. Ends of lines say nothing."""
    letters = text.replace("\r", "").replace("\n", "")
    if _whole(letters):
        return None
    return f"illegal base64 data at input byte {_place(text)}"


def _place(text: str) -> int:
    """The byte at which decoding fails."""
    data = text.encode().decode("latin-1")
    places = [at for at, letter in enumerate(data) if letter not in "\r\n"]
    letters = "".join(data[at] for at in places)
    found = _stray(letters)
    if found is None:
        return len(data) - len(letters) % _FOUR
    at = found.start()
    inside = at % _FOUR
    if found.group() != "=" or inside < _LEAST:
        return places[at]
    if inside == _LEAST:
        if at + 1 == len(letters):
            return len(data)
        if letters[at + 1] != "=":
            return places[at + 1] - 1
        at += 1
    return places[at + 1]
