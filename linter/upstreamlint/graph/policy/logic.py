"""And and or where the answer may be that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable


def both(one: bool | None, other: bool | None) -> bool | None:
    """Three-valued and."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def either(answers: Iterable[bool | None]) -> bool | None:
    """Three-valued or; false of nothing."""
    result: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result
