"""Checks of scalars: whether one certainly is of a type and passes the tests of a schema."""

from __future__ import annotations

import re
from collections.abc import Callable

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import is_digits, literal
from upstreamlint.refusal import base64s, cel
from upstreamlint.refusal.formats import formed
from upstreamlint.refusal.scalars import WORDS
from upstreamlint.typed import Any, TypeAlias

Leaf: TypeAlias = Callable[[Any], bool]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_OTHERS = frozenset("/-*0123456789")
_NUMBER = patterns.compile(r"[-+]?[.0-9][0-9a-fA-F_.xXo+-]*\Z").match
_INTEGER = patterns.compile(r"0|[1-9][0-9]{0,8}").fullmatch
_QUANTITY = patterns.compile(r"[0-9]+(?:\.[0-9]+)?(?:m|k|[KMGTP]i?)?").fullmatch
_BOOLEANS = frozenset({"true", "false"})
_LONGEST = 1_000
_WORD = max(map(len, WORDS))


def is_text(node: Any) -> bool:
    """Whether a node certainly is text."""
    if node.__class__ is not Scalar or node.tag:
        return False
    text = node.value
    if not node.plain:
        return True
    first = text[:1]
    if first in _LETTERS:
        return len(text) > _WORD or text.lower() not in WORDS
    return first in _OTHERS and _NUMBER(text) is None


def matching(test: Callable[[str], object]) -> Leaf:
    """As `is_text`, of texts that pass a test."""

    def fits(node: Any) -> bool:
        if node.__class__ is not Scalar or node.tag:
            return False
        text = node.value
        if not test(text):
            return False
        return not node.plain or (len(text) > _WORD and text[:1] in _LETTERS) or is_text(node)

    return fits


def _within(least: int, most: int) -> Leaf:
    """As `_integer`, of numbers in a range."""

    def fits(node: Any) -> bool:
        if not _integer(node):
            return False
        number = literal(node.value)
        return number is not None and least <= number <= most

    return fits


def _integer(node: Any) -> bool:
    return node.__class__ is Scalar and node.plain and not node.tag and _INTEGER(node.value) is not None


def _boolean(node: Any) -> bool:
    return node.__class__ is Scalar and node.plain and not node.tag and node.value in _BOOLEANS


def _quantity(node: Any) -> bool:
    return node.__class__ is Scalar and not node.tag and _QUANTITY(node.value) is not None


PLAIN: dict[str, Leaf] = {
    "string": is_text,
    "bytes": lambda node: is_text(node) and base64s.problem(node.value) is None,
    "time": lambda node: is_text(node) or (node.__class__ is Scalar and node.is_null),
    "integer": _integer,
    "int32": _integer,
    "int64": _integer,
    "number": _integer,
    "boolean": _boolean,
    "int-or-string": lambda node: _integer(node) or (is_text(node) and not is_digits(node.value)),
    "quantity": _quantity,
    "any": lambda _: True,
}
"""The check of each plain type. A time that is null is what the server prints of an object that is not there yet."""


def limited(base: Leaf, schema: dict[str, Any]) -> Leaf:
    """The check of a type, with the range of its numbers."""
    if base is _integer and ("minimum" in schema or "maximum" in schema):
        return _within(schema.get("minimum", -1), schema.get("maximum", 1 << 40))
    return base


def tests_of(schema: dict[str, Any]) -> list[Callable[[str], object]]:
    """What a schema demands of a text, beside its type."""
    tests: list[Callable[[str], object]] = []
    if "minLength" in schema or "maxLength" in schema:
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
        tests.append(lambda text: shortest <= len(text) <= longest)
    if "pattern" in schema:
        search = re.compile(schema["pattern"]).search
        tests.append(lambda text: len(text) <= _LONGEST and search(text) is not None)
    if "format" in schema:
        tests.append(formed(schema["format"]))
    tests += [_rule(cel.rule(tree)) for tree, _ in schema.get("rules", ())]
    return tests


def _rule(holds: Callable[[Any], bool]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            return holds(text)
        except (cel.UnsureError, cel.ConversionError):
            return False

    return test
