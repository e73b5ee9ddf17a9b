"""Whether the fields of an object have the shape that the API server demands.

Every object passes a check that is compiled from the schema beside the models and only says yes or no; the
rare one that fails is explained by `jsonschema`, which is imported then.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.model.kubernetes.meta import Meta, integer
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_Fits: TypeAlias = Callable[[Node], bool]
Schema: TypeAlias = dict[str, Any]


@entity
class Misshapen:
    """A field of an object that the API server refuses, so that the object is never created."""

    meta: Meta
    anchor: Anchor
    field: str
    message: str

    @property
    def id(self) -> str:
        """The object, and the path of the field."""
        return f"{self.meta.id} {self.field}"


def misshapen(meta: Meta, root: Mapping) -> Iterator[Misshapen]:
    """The fields of an object with the wrong shape."""
    key = f"{meta.group}/{meta.kind}" if meta.group else meta.kind
    fits = _compiled().get(key)
    if fits is None or fits(root) or "$patch" in root:
        return
    yield from _explained(meta, root, key)


@cache
def _schema() -> Schema:
    with open(f"{os.path.dirname(__file__)}/kubernetes/fields.schema.json", encoding="utf-8") as stream:
        text = stream.read()
    return dict(json.loads(text))


@cache
def _compiled() -> dict[str, _Fits]:
    schema = _schema()
    known: dict[str, _Fits] = {}
    return {kind: _compile(part, schema["$defs"], known) for kind, part in schema["properties"].items()}


def _compile(schema: Schema, definitions: Schema, known: dict[str, _Fits]) -> _Fits:
    reference = schema.get("$ref")
    if reference is not None:
        name = reference.rpartition("/")[2]
        if name not in known:
            known[name] = _compile(definitions[name], definitions, known)
        return known[name]
    if "anyOf" in schema:
        one, other = (_compile(part, definitions, known) for part in schema["anyOf"])
        return lambda node: one(node) or other(node)
    if "enum" in schema:
        values = frozenset(schema["enum"])
        return lambda node: isinstance(node, Scalar) and (node.value in values or _open(node))
    match schema["type"]:
        case "object":
            return _object(schema, definitions, known)
        case "array":
            return _array(_compile(schema["items"], definitions, known))
        case "integer":
            return _integer(schema)
        case "boolean":
            return lambda node: isinstance(node, Scalar) and (isinstance(_value(node), bool) or _open(node))
        case _:
            return _text(schema)


def _object(schema: Schema, definitions: Schema, known: dict[str, _Fits]) -> _Fits:
    fields = {k: _compile(v, definitions, known) for k, v in schema.get("properties", {}).items()}
    required = tuple(schema.get("required", ()))
    rest = (
        _compile(schema["additionalProperties"], definitions, known)
        if "additionalProperties" in schema
        else None
    )

    def fits(node: Node) -> bool:
        if not isinstance(node, Mapping):
            return _null(node)
        for key in node.names():
            check = fields.get(key, rest)
            if check is None:
                continue
            value = node.get(key)
            if value is not None and not check(value):
                return False
        return all(node.get(key) is not None for key in required)

    return fits


def _array(item: _Fits) -> _Fits:
    def fits(node: Node) -> bool:
        if not isinstance(node, Sequence):
            return _null(node)
        return all(item(part) for part in node.items)

    return fits


def _integer(schema: Schema) -> _Fits:
    least, most = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))

    def fits(node: Node) -> bool:
        if not isinstance(node, Scalar):
            return _open(node)
        number = integer(node)
        return _open(node) if number is None else least <= number <= most

    return fits


def _text(schema: Schema) -> _Fits:
    longest = schema.get("maxLength", float("inf"))
    pattern = re.compile(schema.get("pattern", ""))

    def fits(node: Node) -> bool:
        if not isinstance(node, Scalar):
            return _open(node)
        if not isinstance(_value(node), str):
            return False
        return (len(node.value) <= longest and pattern.search(node.value) is not None) or _open(node)

    return fits


def _null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


_PLACEHOLDER = re.compile(r"[$<>{}%@]|\A[A-Z_]+\Z")


def _open(node: Node) -> bool:
    """Whether a value is still to be filled in: `$(PORT)`, or `{{ port }}`, which YAML takes for a mapping."""
    if isinstance(node, Scalar):
        return _PLACEHOLDER.search(node.value) is not None
    return isinstance(node, Mapping) and node.source.text.startswith("{{", node.start)


_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+[eE][-+]?[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_TRUE = frozenset({"true", "yes", "on", "y"})
_FALSE = frozenset({"false", "no", "off", "n"})
_LETTER = 1


def _value(scalar: Scalar) -> object:
    """A scalar as `kubectl` reads it: what is quoted is text."""
    if not scalar.plain or scalar.tag.endswith("str"):
        return scalar.value
    if scalar.is_null:
        return None
    number = integer(scalar)
    if number is not None:
        return number
    folded = scalar.value.lower()
    if folded in _TRUE or folded in _FALSE:
        return folded in _TRUE if len(folded) > _LETTER else scalar.value
    return float(scalar.value) if _FLOAT.match(scalar.value) else scalar.value


def _plain(node: Node) -> object:
    """A tree as plain data; values to be filled in are left out, as are nulls, which mean absence."""
    if isinstance(node, Mapping):
        return {
            k: _plain(e.value) for k, e in node.entries.items() if not _null(e.value) and not _open(e.value)
        }
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return _value(node)


def _explained(meta: Meta, root: Mapping, key: str) -> Iterator[Misshapen]:
    from jsonschema import Draft202012Validator

    schema = _schema()
    validator = Draft202012Validator({"$defs": schema["$defs"], **schema["properties"][key]})
    for error in validator.iter_errors(_plain(root)):
        path = list(error.absolute_path)
        node = _at(root, path)
        if error.validator == "required" and _templated(node, error.message):
            continue
        yield Misshapen(meta, _place(root, path, node), _dotted(path), _message(error.validator, error, path))


def _templated(node: Node, message: str) -> bool:
    """Whether the field that is said to be missing is there, as a value to be filled in."""
    return isinstance(node, Mapping) and any(
        f"'{k}'" in message and not _null(e.value) for k, e in node.entries.items()
    )


def _at(root: Node, path: list[str | int]) -> Node:
    node = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step].value
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    return node


def _place(root: Mapping, path: list[str | int], node: Node) -> Anchor:
    """The value, or the key of a value that spans lines."""
    if isinstance(node, Scalar) or not path or not isinstance(path[-1], str):
        return node.anchor
    holder = _at(root, path[:-1])
    return holder.key(path[-1]) if isinstance(holder, Mapping) else node.anchor


def _dotted(path: list[str | int]) -> str:
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "integer": "a number",
    "boolean": "true or false",
    "string": "text",
}


def _message(kind: str, error: Any, path: list[str | int]) -> str:
    field = f"`{_dotted(path)}`" if path else "the object"
    value = f"`{error.instance}`" if isinstance(error.instance, str | int | float) else ""
    match kind:
        case "required":
            missing = re.findall(r"'([^']+)' is a required", error.message)
            return f"{field} has no `{missing[0]}`" if missing else f"{field} lacks a field"
        case "type":
            got = "a quoted text" if isinstance(error.instance, str) else value or "of another kind"
            wanted = _TYPES.get(error.validator_value, str(error.validator_value))
            if isinstance(error.instance, dict | list):
                got = "a mapping" if isinstance(error.instance, dict) else "a list"
            return f"{field} must be {wanted}, not {got}"
        case "enum":
            return f"{field} must be one of {', '.join(f'`{v}`' for v in error.validator_value)}, not {value}"
        case "minimum" | "maximum":
            return f"{field} is out of range: {value}"
        case "maxLength":
            return f"{field} is longer than {error.validator_value} characters: {value}"
        case "anyOf":
            return f"{field} is neither a port number nor a port name: {value}"
        case _:
            return f"{field} is not a valid name: {value}"
