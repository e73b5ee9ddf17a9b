"""Checks of scalars on the nodes of the YAML parser: whether one certainly is of a type and passes the tests of a schema."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from yaml import ScalarNode

from upstreamlint.numerals import is_digits, literal
from upstreamlint.refusal import cel
from upstreamlint.refusal.formats import QUICK, problem
from upstreamlint.refusal.scalars import WORDS

Fits: TypeAlias = Callable[[Any], bool]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_OTHERS = frozenset("/-*0123456789")
_NUMBER = re.compile(r"[-+]?[.0-9][0-9a-fA-F_.xXo+-]*\Z").match
_INTEGER = re.compile(r"0|[1-9][0-9]{0,8}").fullmatch
_QUANTITY = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:m|k|[KMGTP]i?)?").fullmatch
_BOOLEANS = frozenset({"true", "false"})
_LONGEST = 1_000
_WORD = max(map(len, WORDS))


def is_text(node: Any) -> bool:
    """Whether a node certainly is text."""
    if node.__class__ is not ScalarNode or node.tag:
        return False
    if node.style:
        return True
    text = node.value
    first = text[:1]
    if first in _LETTERS:
        return len(text) > _WORD or text.lower() not in WORDS
    return first in _OTHERS and _NUMBER(text) is None


def matching(test: Callable[[str], object]) -> Fits:
    """As `is_text`, of texts that pass a test."""

    def fits(node: Any) -> bool:
        if node.__class__ is not ScalarNode or node.tag:
            return False
        text = node.value
        if not test(text):
            return False
        return bool(node.style) or (len(text) > _WORD and text[:1] in _LETTERS) or is_text(node)

    return fits


def _within(least: int, most: int) -> Fits:
    """As `_integer`, of numbers in a range."""

    def fits(node: Any) -> bool:
        if node.__class__ is not ScalarNode or node.style or node.tag or _INTEGER(node.value) is None:
            return False
        number = literal(node.value)
        return number is not None and least <= number <= most

    return fits


def _integer(node: Any) -> bool:
    return (
        node.__class__ is ScalarNode and not node.style and not node.tag and _INTEGER(node.value) is not None
    )


def _boolean(node: Any) -> bool:
    return node.__class__ is ScalarNode and not node.style and not node.tag and node.value in _BOOLEANS


def _quantity(node: Any) -> bool:
    return node.__class__ is ScalarNode and not node.tag and _QUANTITY(node.value) is not None


PLAIN: dict[str, Fits] = {
    "string": is_text,
    "bytes": is_text,
    "time": is_text,
    "integer": _integer,
    "int32": _integer,
    "int64": _integer,
    "number": _integer,
    "boolean": _boolean,
    "int-or-string": lambda node: _integer(node) or (is_text(node) and not is_digits(node.value)),
    "quantity": _quantity,
    "any": lambda _: True,
}
"""The check of each plain type."""


def limited(base: Fits, schema: dict[str, Any]) -> Fits:
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
        name = schema["format"]
        tests.append(QUICK.get(name) or (lambda text: problem(name, text) is None))
    tests += [_rule(cel.rule(tree)) for tree, _ in schema.get("rules", ())]
    return tests


def _rule(holds: Callable[[Any], bool]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            return holds(text)
        except (cel.UnsureError, cel.ConversionError):
            return False

    return test
