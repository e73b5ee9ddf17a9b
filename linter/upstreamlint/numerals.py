"""Numbers as the programs read them that consume them: a port, a weight, a count; nothing where they would refuse.

Every number that is written in a file is read here. Python's own `int` and `str.isdigit` are no match for it: they
accept `²` and `٣`, and give up on thousands of digits.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

from upstreamlint import patterns

HIGHEST_PORT = 65535
_INT64 = 2**63 - 1
_DIGITS = patterns.compile(r"\A0*([0-9]{1,19})\Z")


def decimal(text: str, highest: int = _INT64) -> int | None:
    """Digits alone, and no number above `highest`: `ngx_atoi` of nginx, `strconv.ParseUint(…, 10, …)` of Go."""
    match = _DIGITS.match(text)
    number = int(match[1]) if match is not None else None
    return number if number is not None and number <= highest else None


def is_digits(text: str) -> bool:
    """Whether it is digits alone, as many as there may be."""
    return text.isascii() and text.isdigit()


def names(text: str, number: int | None) -> bool:
    """Whether a number stands in a text, and is no part of another: `8080` in `--listen=:8080`."""
    digits = str(number)
    at = text.find(digits)
    while at >= 0:
        if not (is_digits(text[at - 1 : at]) or is_digits(text[at + len(digits) :][:1])):
            return True
        at = text.find(digits, at + 1)
    return False


def tells(text: str, number: int) -> bool:
    """Whether a text gives a number out as a port of its own: behind a word for it on the line, or as `:8080` of no other host."""
    digits = str(number)
    at = text.find(digits)
    while at >= 0:
        end = at + len(digits)
        if not (is_digits(text[at - 1 : at]) or is_digits(text[end : end + 1])):
            line = text[max(text.rfind("\n", 0, at) + 1, at - _NEAR) : at].lower()
            own = line.endswith(":") and not line[-2:-1].isalpha()
            if own or any(word in line for word in ("port", "listen", "addr", "bind")):
                return True
        at = text.find(digits, at + 1)
    return False


_NEAR = 60


def port(text: str) -> int | None:
    """A port that can be dialled or bound: 1 to 65535."""
    return decimal(text, HIGHEST_PORT) or None


_FORMS = (
    (16, patterns.compile(r"\A0[xX]0*([0-9a-fA-F]{1,16})\Z")),
    (8, patterns.compile(r"\A0[oO]?0*([0-7]{1,22})\Z")),
    (2, patterns.compile(r"\A0[bB]0*([01]{1,64})\Z")),
    (10, _DIGITS),
)


@lru_cache(maxsize=4_096)
def literal(text: str) -> int | None:
    """A signed number of 64 bits with a base of its own: `0777` and `0o17` are octal, `1_000` is 1000, `080` is 80.

    That is how the YAML of `kubectl` (go-yaml, YAML 1.1) and of Compose reads a plain scalar.
    """
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text.startswith(("-", "+")) else text
    if digits.startswith(("_", "-", "+")):
        return None
    digits = digits.replace("_", "")
    for base, form in _FORMS if digits.startswith("0") else _FORMS[-1:]:
        match = form.match(digits)
        if match is not None:
            number = sign * int(match[1], base)
            return number if -_INT64 - 1 <= number <= _INT64 else None
    return None


_REAL = patterns.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")


def real(text: str) -> float | None:
    """A number as protobuf's JSON reads it, with its fraction and exponent; nothing for what has no end."""
    number = float(text) if _REAL.match(text) else None
    return number if number is not None and isfinite(number) else None


def whole(text: str) -> int | None:
    """As `real`, for a field of whole numbers: `1e3` is 1000, and `1.5` is refused."""
    number = real(text)
    return int(number) if number is not None and number.is_integer() else None
