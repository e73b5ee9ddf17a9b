"""Values of another type than a field has: the API server cannot decode the object."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.refusal import base64s, quantities
from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal
from upstreamlint.refusal.scalars import Plain, read, unfilled
from upstreamlint.refusal.schema import Schema
from upstreamlint.typed import Any

_INTEGERS = frozenset({"integer", "int32", "int64"})
_GO = {
    "boolean": "bool",
    "number": "float64",
    "integer": "int64",
    "object": "map[string]string",
    "time": "time.Time",
    "int-or-string": "int32",
}
_TEXTS = frozenset({"string", "bytes", "time"})
_INT32 = 2**31
_EITHER = {"int-or-string": "int32", "integer-or-string": "integer"}
"""Types of texts and whole numbers: the one of Go, and the one of definitions."""
_ENCODE = "base64"
"""What stands in a text that tells what to write in its place."""
_KEPT = patterns.compile(
    r"(?:ref\+|secretref\+|op:|vault:|ssm:|awssm:|gcpsm:|akv:)\S+|[a-z][a-z0-9_.-]*(?:/[a-z0-9_.-]{2,}){2,}(?:#\S+)?"
)
"""Where a store keeps a value: by a scheme of tools that fetch it, or a path of small letters."""
_SHOUTING, _CAPABILITIES = "Capabilities", "[]v1.Capability"
"""The type whose values are words in capitals, and how Go names lists of them."""
IN_MAP = "[]"
"""What the name of a type ends with when the value is one of a map in it."""


def wrong_type(at: At, shape: dict[str, Any], owner: str, schema: Schema, *, custom: bool) -> Refusal | None:
    """What the server says of a value that is not of the type of its field; nothing if it is.

    `owner` is the type in Go that has the field, `schema` what the field is said to be, by name if it has one.
    """
    wanted = shape["type"]
    got = _json(at)
    if _fits(at, "integer-or-string" if custom and wanted == "int-or-string" else wanted, got):
        return None
    node = at.node
    if isinstance(node, Scalar) and (
        unfilled(node, names=owner != _SHOUTING) or (wanted == "bytes" and _is_replaced(at, node))
    ):
        return None
    if custom:
        name = "string" if wanted in _TEXTS else "integer" if wanted in _INTEGERS else wanted
        kind = "integer" if got == "number" and isinstance(at.value, int) else got
        kind = "boolean" if got == "bool" else kind
        said = f'Invalid value: "{kind}": {at.path} in body must be of type {name}: "{kind}"'
    else:
        number = (
            f"{got} {node.value}"
            if isinstance(node, Scalar) and got == "number" and _numeric(wanted)
            else got
        )
        go = _CAPABILITIES if owner == _SHOUTING else _go(schema)
        said = f"json: cannot unmarshal {number} into Go struct field {_field(owner, at)} of type {go}"
        text = node.value if isinstance(node, Scalar) else ""
        if wanted == "quantity":
            said = quantities.problem(text) or quantities.MALFORMED
        elif wanted == "bytes" and got == "string":
            name = At(at.root).get("kind").text
            said = f'{name} in version "v1" cannot be handled as a {name}: {base64s.problem(text)}'
    return Refusal(at.path, said, at.anchor, _remedy(wanted, got, at))


def _is_replaced(at: At, node: Scalar) -> bool:
    """Whether data says what it is to be, or names values that a tool fetches from a store, as its neighbours may."""
    beside = at.up.entries() if at.up is not None else ()
    return _ENCODE in node.value.lower() or any(
        isinstance(other.node, Scalar) and _KEPT.fullmatch(other.node.value) is not None
        for _, other in beside
    )


def _numeric(wanted: str) -> bool:
    return wanted in _INTEGERS or wanted == "int-or-string"


def _go(schema: Schema) -> str:
    """A type as Go names it."""
    if isinstance(schema, str):
        package, dot, name = schema.rpartition(".")
        if dot:
            return f"{package.rpartition('.')[2]}.{name}"
        return _GO.get(schema, "string" if schema in _TEXTS else schema)
    if schema["type"] == "array":
        return f"[]{_go(schema.get('items', 'string'))}"
    if "values" in schema:
        values = _go(schema["values"])
        return "v1.ResourceList" if values == "quantity" else f"map[string]{values}"
    return _go(schema["type"])


def _json(at: At) -> str:
    node = at.node
    if isinstance(node, Mapping):
        return "object"
    if isinstance(node, Sequence):
        return "array"
    value = read(node) if isinstance(node, Scalar) else None
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else "string"


def _fits(at: At, wanted: str, got: str) -> bool:
    if wanted in ("object", "array"):
        return got == wanted
    if wanted == "bytes" and got == "string" and isinstance(at.node, Scalar):
        return base64s.problem(at.node.value) is None
    if wanted in _TEXTS:
        return got == "string"
    if wanted == "boolean":
        return got == "bool"
    if wanted == "quantity" and got == "string" and isinstance(at.node, Scalar):
        return quantities.problem(at.node.value) is None
    if wanted in _EITHER and got == "number":
        return _whole(at.value, _EITHER[wanted])
    if wanted == "quantity" or wanted in _EITHER:
        return got in ("string", "number")
    if wanted == "number":
        return got == "number"
    if wanted in _INTEGERS:
        return got == "number" and _whole(at.value, wanted)
    return True


def _whole(value: Plain, wanted: str) -> bool:
    """Whether a value is a whole number that a type can hold."""
    whole = isinstance(value, int) or (isinstance(value, float) and value == int(value))
    return whole and (wanted != "int32" or -_INT32 <= int(value or 0) < _INT32)


def _field(owner: str, at: At) -> str:
    """The type and the field, as Go's decoder names them: a map's keys are no part of it."""
    place = at.up if owner.endswith(IN_MAP) and at.up is not None else at
    return f"{owner.removesuffix(IN_MAP)}.{_bare(place)}"


def _bare(at: At) -> str:
    """The path without the numbers of items, as Go's decoder names it."""
    steps: list[str] = []
    place: At | None = at
    while place is not None and place.up is not None:
        if isinstance(place.step, str):
            steps.append(place.step)
        place = place.up
    return ".".join(reversed(steps))


def _remedy(wanted: str, got: str, at: At) -> str:
    node = at.node
    if wanted == "bytes" and got == "string":
        return "write plain text under `stringData`"
    if wanted in _TEXTS and got in ("number", "bool") and isinstance(node, Scalar):
        return f'write `"{node.value}"`'
    if wanted in _INTEGERS | {"boolean"} and got == "string" and isinstance(node, Scalar) and not node.plain:
        return f"write `{node.value}`, without quotes"
    wants = {
        "object": "a mapping is wanted",
        "array": "a list is wanted",
        "boolean": "true or false is wanted",
    }
    return wants.get(wanted, "a number is wanted" if wanted in _INTEGERS else "")
