"""A check that only says that an object certainly fits its schema, compiled once and run on every object.

It looks at the nodes of the YAML parser as they are, without places, which costs a tenth of a look at the tree.
Whatever it does not understand at once (nulls, merged keys, tags, placeholders) is for `explain` to judge: a
`False` means nothing but that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

from yaml import MappingNode, ScalarNode, SequenceNode

from upstreamlint.refusal import cel
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.scalars import WORDS
from upstreamlint.refusal.schema import Kind, Schema

Fits: TypeAlias = Callable[[Any], bool]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/")
_INTEGER = re.compile(r"0|[1-9][0-9]{0,9}").fullmatch
_QUANTITY = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:m|k|[KMGTP]i?)?").fullmatch
_BOOLEANS = frozenset({"true", "false"})
_LONGEST = 1_000
_INT32 = 2**31


def compiled(kind: Kind) -> Fits:
    """The check of a kind; every definition is compiled when an object first holds it."""
    known: dict[str, Fits] = {}
    return _safe(_compile(kind.schema, kind, known))


def _safe(check: Fits) -> Fits:
    def fits(node: Any) -> bool:
        try:
            return check(node)
        except TypeError:
            # A key that is no scalar.
            return False

    return fits


def _compile(schema: Schema, kind: Kind, known: dict[str, Fits]) -> Fits:
    if isinstance(schema, str):
        if schema not in known:
            known[schema] = _late(schema, kind, known) if schema in kind.definitions else _plain(schema)
        return known[schema]
    match schema["type"]:
        case "object":
            return _object(schema, kind, known)
        case "array":
            return _array(schema, kind, known)
        case _:
            return _scalar(schema)


def _late(name: str, kind: Kind, known: dict[str, Fits]) -> Fits:
    made: list[Fits] = []

    def fits(node: Any) -> bool:
        if not made:
            made.append(_compile(kind.definitions[name], kind, known))
        return made[0](node)

    return fits


def _plain(name: str) -> Fits:
    return _PLAIN[name]


def _text(node: Any) -> bool:
    if node.__class__ is not ScalarNode or node.tag:
        return False
    text = node.value
    return node.style is not None or (text[:1] in _LETTERS and text.lower() not in WORDS)


def _integer(node: Any) -> bool:
    return (
        node.__class__ is ScalarNode
        and node.style is None
        and _INTEGER(node.value) is not None
        and int(node.value) < _INT32
    )


def _boolean(node: Any) -> bool:
    return node.__class__ is ScalarNode and node.style is None and node.value in _BOOLEANS


def _port(node: Any) -> bool:
    return _integer(node) or (_text(node) and "%" not in node.value)


def _quantity(node: Any) -> bool:
    return node.__class__ is ScalarNode and not node.tag and _QUANTITY(node.value) is not None


_PLAIN: dict[str, Fits] = {
    "string": _text,
    "bytes": _text,
    "time": _text,
    "integer": _integer,
    "int32": _integer,
    "int64": _integer,
    "number": _integer,
    "boolean": _boolean,
    "int-or-string": lambda node: _integer(node) or _text(node),
    "quantity": _quantity,
    "any": lambda _: True,
}


def _scalar(schema: dict[str, Any]) -> Fits:
    base = _PLAIN.get(schema["type"])
    if base is None or "values" in schema:
        return lambda _: False
    if "enum" in schema:
        values = frozenset(v for v in schema["enum"] if isinstance(v, str))
        return lambda node: base(node) and node.value in values
    tests = _tests(schema)
    if not tests:
        return base
    if len(tests) == 1:
        only = tests[0]
        return lambda node: base(node) and only(node.value)
    return lambda node: base(node) and all(test(node.value) for test in tests)


def _tests(schema: dict[str, Any]) -> list[Callable[[str], bool]]:
    tests: list[Callable[[str], bool]] = []
    if "minimum" in schema or "maximum" in schema:
        least, most = schema.get("minimum", -_INT32), schema.get("maximum", _INT32)
        tests.append(lambda text: least <= int(text) <= most)
    if "minLength" in schema or "maxLength" in schema:
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
        tests.append(lambda text: shortest <= len(text) <= longest)
    if "pattern" in schema:
        search = re.compile(schema["pattern"]).search
        tests.append(lambda text: len(text) <= _LONGEST and search(text) is not None)
    if "format" in schema:
        name = schema["format"]
        if schema["type"] == "int-or-string":
            tests.append(lambda text: problem(name, int(text) if text.isdecimal() else text) is None)
        else:
            tests.append(lambda text: problem(name, text) is None)
    for tree, _ in schema.get("rules", ()):
        tests.append(_rule(cel.rule(tree)))
    return tests


def _rule(holds: Callable[[Any], bool]) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        try:
            return holds(text)
        except (cel.Unsure, cel.ConversionError):
            return False

    return test


def _object(schema: dict[str, Any], kind: Kind, known: dict[str, Fits]) -> Fits:
    if "rules" in schema:
        return lambda _: False
    if "values" in schema:
        return _map(schema, kind, known)
    if schema.get("open"):
        return lambda node: node.__class__ is MappingNode
    checks: dict[str, Fits] = {k: _compile(v, kind, known) for k, v in schema.get("properties", {}).items()}
    find = checks.get
    required = frozenset(
        name
        for name in schema.get("required", ())
        if "default" not in kind.resolve(schema["properties"].get(name, "any"))
    )
    chosen = _chosen(schema)

    def fits(node: Any) -> bool:
        if node.__class__ is not MappingNode:
            return False
        pairs = node.value
        for key, value in pairs:
            check = find(key.value)
            if check is None or not check(value):
                return False
        if required or chosen:
            names = {key.value for key, value in pairs if value.value != "" or value.style}
            if not required <= names or not all(
                least <= len(names & fields) <= 1 for fields, least in chosen
            ):
                return False
        return True

    return fits


def _chosen(schema: dict[str, Any]) -> list[tuple[frozenset[str], int]]:
    """Sets of fields of which one may be there, and whether one must."""
    found = [(frozenset(c["fields"]), int(c["least"])) for c in schema.get("choices", ())]
    if "one" in schema:
        found.append((frozenset(schema["one"]["fields"]), 1))
    if "most" in schema:
        found.append((frozenset(schema["most"]["fields"]), 0))
    return found


def _map(schema: dict[str, Any], kind: Kind, known: dict[str, Fits]) -> Fits:
    check = _compile(schema["values"], kind, known)
    form = schema.get("keys")

    def fits(node: Any) -> bool:
        if node.__class__ is not MappingNode:
            return False
        for key, value in node.value:
            if key.value == "<<" or not check(value):
                return False
            if form is not None and problem(form, key.value) is not None:
                return False
        return True

    return fits


def _array(schema: dict[str, Any], kind: Kind, known: dict[str, Fits]) -> Fits:
    if "rules" in schema:
        return lambda _: False
    check = _compile(schema.get("items", "any"), kind, known)
    least, most = schema.get("minItems", 0), schema.get("maxItems", 1 << 30)
    apart = "unique" in schema or "set" in schema
    keys = schema.get("unique", [])

    def fits(node: Any) -> bool:
        if node.__class__ is not SequenceNode:
            return False
        items = node.value
        for item in items:
            if not check(item):
                return False
        if not least <= len(items) <= most:
            return False
        return not apart or len(items) <= 1 or (bool(keys) and all(_differ(items, k) for k in keys))

    return fits


def _differ(items: list[Any], keys: list[str]) -> bool:
    """Whether no two mappings share the values of some keys; what has not the first key is passed over."""
    seen = set()
    for item in items:
        values = {key.value: value.value for key, value in item.value if key.value in keys}
        if keys[0] not in values:
            continue
        found = tuple(values.get(k, "TCP" if k == "protocol" else None) for k in keys)
        if found in seen:
            return False
        seen.add(found)
    return True
