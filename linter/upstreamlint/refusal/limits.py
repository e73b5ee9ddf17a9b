"""Values out of range, of the wrong length, or of the wrong form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.near import meant
from upstreamlint.refusal.refused import Refusal, invalid, unsupported
from upstreamlint.refusal.scalars import read, unfilled
from upstreamlint.typed import Any

_VARIABLE = patterns.compile(r"\A[A-Z][A-Z0-9]*_[A-Z0-9_]*")
LONGEST = 1_000
"""Longer texts, in characters, are not matched with patterns."""


def limits(at: At, node: Scalar, shape: dict[str, Any], *, custom: bool) -> Iterator[Refusal]:
    """What is refused of a scalar of the right type; an empty one of a built-in kind is the default."""
    value = read(node)
    if "enum" in shape:
        filled = value or custom or shape.get("pointer")
        if value not in shape["enum"] and filled and not _asked(value, shape["enum"]):
            said = shape.get("said")
            yield invalid(at, said) if said else unsupported(at, map(str, shape["enum"]))
        return
    if unfilled(node):
        return
    found = _number(at, value, shape) if isinstance(value, int | float) else _text(at, value or "", shape)
    judged = value or (value is not None and shape.get("pointer"))
    if found is None and "format" in shape and judged and isinstance(value, str | int):
        said = problem(shape["format"], value)
        found = invalid(at, said) if said is not None else None
    if found is not None:
        yield found


def _asked(value: object, known: list[object]) -> bool:
    """Whether a value is the name of a variable, rather than a misspelled value."""
    text = str(value)
    return _VARIABLE.fullmatch(text) is not None and not meant(text, map(str, known))


def _number(at: At, value: float, shape: dict[str, Any]) -> Refusal | None:
    least, most = shape.get("minimum"), shape.get("maximum")
    low = shape.get("low") or shape.get("range")
    if least is not None and value < least:
        return invalid(at, low or f"{at.path} in body should be greater than or equal to {least}")
    if most is not None and value > most:
        return invalid(at, shape.get("range") or f"{at.path} in body should be less than or equal to {most}")
    return None


def _text(at: At, value: str, shape: dict[str, Any]) -> Refusal | None:
    if len(value) < shape.get("minLength", 0):
        return invalid(at, f"{at.path} in body should be at least {shape['minLength']} chars long")
    if len(value) > shape.get("maxLength", len(value)):
        return Refusal(at.path, f"Too long: may not be more than {shape['maxLength']} bytes", at.anchor)
    pattern = shape.get("pattern")
    if pattern is not None and len(value) <= LONGEST and not re.search(pattern, value):
        return invalid(at, f"{at.path} in body should match '{shape.get('said', pattern)}'")
    return None
