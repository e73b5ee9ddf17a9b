"""Numbers as `jsonpb` of golang/protobuf reads them: a text is taken for what stands in it."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.numerals import is_digits, real
from upstreamlint.refusal.scalars import Plain

_number = patterns.compile(r"-?(?:0|[1-9][0-9]{0,40})(?:\.[0-9]{1,40})?(?:[eE][-+]?[0-9]{1,4})?").match
_RANGES = {
    "int32": (-(2**31), 2**31),
    "uint32": (0, 2**32),
    "int64": (-(2**63), 2**63),
    "uint64": (0, 2**64),
}
_WORDS = {"true": "bool", "false": "bool"}
_NONE = frozenset({"NaN", "Infinity", "-Infinity"})


def number(value: Plain, kind: str, got: str) -> str | None:
    """What is said of a value that is no number of a type; nothing if it is one."""
    text = value if isinstance(value, str) else ""
    if got != "string":
        if got != "number":
            return f"json: cannot unmarshal {got} into Go value of type {kind}"
        text = str(value)
    elif kind.startswith("float") and text in _NONE:
        return None
    found = _number(text)
    if found is None:
        return _unread(text, kind)
    if found.end() < len(text):
        return f"invalid character '{text[found.end()]}' after top-level value"
    if _holds(text, kind, got):
        return None
    return f"json: cannot unmarshal number {text} into Go value of type {kind}"


def _unread(text: str, kind: str) -> str | None:
    if text in ("", "-"):
        return "unexpected end of JSON input"
    if text in _WORDS:
        return f"json: cannot unmarshal {_WORDS[text]} into Go value of type {kind}"
    return None if text == "null" else f"invalid character '{text[0]}' looking for beginning of value"


def _holds(text: str, kind: str, got: str) -> bool:
    """Whether a type holds a number; one that was no text has been a float, so that 2.0 is 2."""
    amount = real(text)
    if kind.startswith("float") or amount is None:
        return True
    least, most = _RANGES[kind]
    whole = amount.is_integer() and (got == "number" or is_digits(text.lstrip("-")))
    return whole and least <= amount < most
