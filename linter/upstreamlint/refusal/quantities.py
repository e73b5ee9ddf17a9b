"""Quantities of Kubernetes: `500m`, `1.5Gi`, `1e3` (`k8s.io/apimachinery/pkg/api/resource`, `ParseQuantity`)."""

from __future__ import annotations

from functools import lru_cache

from upstreamlint import patterns

_form = patterns.compile(r"([+-]?)([0-9.]{1,40})([eEinumkKMGTP]*[-+]?[0-9]{0,4})")
_number = patterns.compile(r"([0-9]*)\.?([0-9]*)")
_exponent = patterns.compile(r"[eE]([-+]?[0-9]{1,2})")
_POWERS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {f"{letter}i": power for power, letter in enumerate("KMGTPE", 1)}
_NANO = 9
UNIT = 10**_NANO
"""One, as a quantity."""
MALFORMED = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
"""What is said of a text that has not even the form of a quantity."""


@lru_cache(maxsize=1024)
def quantity(text: str) -> int | None:
    """The number that a text stands for in billionths, rounded up as the server does; nothing if it is no quantity."""
    found = _form.fullmatch(text)
    digits = _number.fullmatch(found[2]) if found is not None else None
    if found is None or digits is None or found[2] == ".":
        return None
    sign, suffix = (-1 if found[1] == "-" else 1), found[3]
    whole, places = int(digits[1] + digits[2]), len(digits[2])
    exponent = _exponent.fullmatch(suffix)
    if suffix in _BINARY:
        return sign * _scaled(whole * 1024 ** _BINARY[suffix], _NANO - places)
    power = int(exponent[1]) if exponent is not None else _POWERS.get(suffix)
    return sign * _scaled(whole, power + _NANO - places) if power is not None else None


def _scaled(number: int, power: int) -> int:
    """A number times a power of ten, rounded up."""
    return int(number * 10**power if power >= 0 else -(-number // 10**-power))


def problem(text: str) -> str | None:
    """What the server says of a text that is no quantity."""
    if quantity(text.strip()) is not None:
        return None
    found = _form.fullmatch(text.strip())
    formed = found is not None and _number.fullmatch(found[2]) is not None
    return "unable to parse quantity's suffix" if formed else MALFORMED
