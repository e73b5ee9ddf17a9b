"""`anyOf`, `oneOf` and `not` of CustomResourceDefinitions to trees of `cel`, as which the linter runs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeAlias

Tree: TypeAlias = list[Any]
Schema: TypeAlias = dict[str, Any]

_SELF: Tree = ["name", "self"]
_SILENT = frozenset({"description", "default"})


def any_of(options: list[Schema], value: Tree = _SELF) -> Tree:
    """That a value fits one of some schemas.

    Raises:
        ValueError: a schema demands what no tree says.
    """
    return reduce(lambda one, other: ["||", one, other], [tree(option, value) for option in options])


def one_of(options: list[Schema], value: Tree = _SELF) -> Tree:
    """That a value fits just one of some schemas.

    Raises:
        ValueError: a schema demands what no tree says.
    """
    return ["exists_one", ["list", *(tree(option, value) for option in options)], "x", ["name", "x"]]


def tree(schema: Schema, value: Tree = _SELF) -> Tree:
    """What a schema demands of a value; a field that is not there is fine.

    Raises:
        ValueError: it demands what no tree says.
    """
    unsaid = schema.keys() - _DEMANDS.keys() - _SILENT
    if unsaid:
        raise ValueError(f"no tree says {min(unsaid)}")
    demands = [d for key, wanted in schema.items() if key in _DEMANDS for d in _DEMANDS[key](wanted, value)]
    return reduce(lambda one, other: ["&&", one, other], demands, ["value", True])


def _fields(wanted: dict[str, Schema], value: Tree) -> list[Tree]:
    return [
        ["||", ["not", ["has", value, name]], tree(part, ["get", value, name])]
        for name, part in wanted.items()
        if part
    ]


_DEMANDS: dict[str, Callable[[Any, Tree], list[Tree]]] = {
    "required": lambda wanted, value: [["has", value, name] for name in wanted],
    "properties": _fields,
    "not": lambda wanted, value: [["not", tree(wanted, value)]],
    "anyOf": lambda wanted, value: [any_of(wanted, value)],
    "oneOf": lambda wanted, value: [one_of(wanted, value)],
    "enum": lambda wanted, value: [["in", value, ["list", *(["value", v] for v in wanted)]]],
    "maxLength": lambda wanted, value: [["<=", ["call", "size", value], ["value", wanted]]],
}
