"""Statuses as askers write them: `200`, `2xx`, `200-399`."""

from __future__ import annotations

from upstreamlint.numerals import decimal


def statuses(word: str) -> tuple[int, int] | None:
    """The first and the last status that a word means; nothing for one that is none."""
    first, dash, last = word.strip().lower().partition("-")
    if len(first) == len("2xx") and first.endswith("xx") and not dash:
        hundreds = decimal(first[0])
        return None if hundreds is None else (hundreds * 100, hundreds * 100 + 99)
    low = decimal(first)
    high = decimal(last) if dash else low
    return None if low is None or high is None else (low, high)


def several(text: str) -> tuple[tuple[int, int], ...]:
    """The statuses of a list with commas; nothing where one of them is none."""
    found = [statuses(word) for word in text.split(",") if word.strip()]
    return tuple(one for one in found if one is not None) if None not in found else ()
