"""Where an object breaks its schema, in the words of the API server."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar, Sequence
from upstreamlint.refusal.at import At
from upstreamlint.refusal.choices import lacking
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.limits import limits
from upstreamlint.refusal.near import meant
from upstreamlint.refusal.refused import Refusal, duplicate, invalid, quoted_value, unsupported
from upstreamlint.refusal.rules import broken
from upstreamlint.refusal.scalars import null, unfilled
from upstreamlint.refusal.schema import Kind, Schema
from upstreamlint.refusal.types import IN_MAP, wrong_type
from upstreamlint.typed import Any

_OF_THE_MAP = ("label-key", "annotation-key")
"""The formats of keys of which the server names the map rather than the key."""


_AROUND = 3
"""So many objects around a field may be where it was meant to be."""


def explain(root: At, kind: Kind) -> list[Refusal]:
    """What a schema refuses of an object.

    Rules are not asked of an object that lacks a field or has a wrong type (apiextensions-apiserver: `hasBlockingErr`).
    """
    explainer = _Explainer(kind)
    found = list(explainer.value(root, kind.schema, ""))
    blocked = any(_BLOCKING.search(one.said) is not None for one in found if not one.ignored)
    return found if blocked else [*found, *explainer.of_rules]


_BLOCKING = patterns.compile(
    r"\A(?:Required value|Unsupported value|Too (?:long|many))|in body must be of type "
)


class _Explainer:
    """A walk through an object; what aliases lead to again is looked at once."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._seen: set[tuple[int, int]] = set()
        self.of_rules: list[Refusal] = []
        self._around: list[tuple[At, dict[str, Schema]]] = []

    def value(self, at: At, schema: Schema, owner: str) -> Iterator[Refusal]:
        """What is refused of a value. `owner` is the type, as Go names it, whose field the value is."""
        node = at.node
        kind = self._kind
        shape = kind.resolve(schema)
        if node is None or null(node) or shape["type"] == "any" or unfilled(node, names=False):
            return
        if not isinstance(node, Scalar):
            key = (id(node), id(shape))
            if key in self._seen:
                return
            self._seen.add(key)
        custom = kind.custom and not at.path.startswith("metadata.")
        wrong = wrong_type(at, shape, owner, schema, custom=custom)
        if wrong is not None:
            yield wrong
            return
        if isinstance(schema, str) and schema in kind.definitions:
            owner = schema.rpartition(".")[2]
        if isinstance(node, Mapping):
            yield from self._fields(at, node, shape, owner)
        elif isinstance(node, Sequence):
            yield from self._items(at, shape, owner)
        else:
            yield from limits(at, node, shape, custom=kind.custom)
        if "rules" in shape:
            self.of_rules += broken(at, shape, schema, kind)

    def _fields(self, at: At, node: Mapping, shape: dict[str, Any], owner: str) -> Iterator[Refusal]:
        fields, values = shape.get("properties", {}), shape.get("values")
        unknown: list[At] = []
        self._around.append((at, fields))
        for name, entry in node.entries.items():
            part = At(entry.value, at, name)
            if name in fields:
                yield from self.value(part, fields[name], owner)
            elif values is not None:
                said = problem(shape["keys"], name) if "keys" in shape and not unfilled(entry.key) else None
                if said is not None:
                    path = at.path if shape["keys"] in _OF_THE_MAP else f"{at.path}[{name}]"
                    yield Refusal(path, f'Invalid value: "{name}": {said}', entry.key.anchor)
                yield from self.value(part, values, f"{owner}{IN_MAP}")
            elif not shape.get("open") and not unfilled(entry.key):
                unknown.append(part)
        self._around.pop()
        missing = list(lacking(at, shape, self._kind, unknown))
        yield from missing
        if not any(refusal.related for refusal in missing):
            yield from (self._unknown(part, fields, node) for part in unknown)

    def _unknown(self, part: At, fields: dict[str, Schema], node: Mapping) -> Refusal:
        """A field that the schema has not: refused if one is lost with it, by a misspelling or in a wrong place."""
        name = str(part.step)
        near = meant(name, [f for f in fields if node.get(f) is None])
        wants = f"did you mean `{near[0]}`?" if near else ""
        place = "" if near else self._belongs(name, fields, node)
        if place:
            wants = f"`{name}` belongs under `{place}`"
        said = f'strict decoding error: unknown field "{part.path}"'
        respelt = (name, near[0]) if len(near) == 1 else None
        return Refusal(part.path, said, part.key, wants, ignored=not wants, respelt=respelt, place=place)

    def _belongs(self, name: str, fields: dict[str, Schema], node: Mapping) -> str:
        """The one object beside or around a field that has such a field, and lacks it; nothing if several do."""
        beside = [
            field
            for field, schema in fields.items()
            if name in self._kind.resolve(schema).get("properties", {})
            and At(node).get(field).get(name).node is None
        ]
        around = [
            str(at.step)
            for at, known in self._around[-_AROUND:]
            if name in known and at.get(name).node is None and isinstance(at.step, str) and at.step
        ]
        found = beside or around
        return found[0] if len(found) == 1 else ""

    def _items(self, at: At, shape: dict[str, Any], owner: str) -> Iterator[Refusal]:
        parts = at.parts()
        if len(parts) < shape.get("minItems", 0):
            yield invalid(at, f"{at.path} in body should have at least {shape['minItems']} items")
        if len(parts) > shape.get("maxItems", len(parts)):
            said = f"Too many: {len(parts)}: must have at most {shape['maxItems']} items"
            yield Refusal(at.path, said, at.anchor)
        items = shape.get("items", "any")
        for part in parts:
            if null(part.node) or (not self._kind.custom and part.value == ""):
                yield from self._hollow(part, self._kind.resolve(items))
            yield from self.value(part, items, owner)
        for keys in shape.get("unique", ()):
            yield from self._repeated(parts, keys, shape)
        if shape.get("set"):
            seen: dict[object, At] = {}
            for part in parts:
                first = seen.setdefault(part.value, part)
                if first is not part and part.value is not None:
                    yield duplicate(part, "", first)

    def _hollow(self, at: At, shape: dict[str, Any]) -> Iterator[Refusal]:
        """What is refused of an item that is null: to the server it is one with nothing in it, or of another type."""
        name = "string" if shape["type"] in ("bytes", "time") else shape["type"]
        if self._kind.custom:
            if name != "any" and not shape.get("nullable"):
                said = f'Invalid value: "null": {at.path} in body must be of type {name}: "null"'
                yield Refusal(at.path, said, at.anchor)
        elif name == "object":
            yield from lacking(at, shape, self._kind, [])
        elif "enum" in shape:
            yield unsupported(at, map(str, shape["enum"]))
        elif "format" in shape:
            wrong = problem(shape["format"], "")
            if wrong is not None:
                yield Refusal(at.path, f'Invalid value: "": {wrong}', at.anchor)

    def _repeated(self, parts: list[At], keys: list[str], shape: dict[str, Any]) -> Iterator[Refusal]:
        """Items that share the values of some keys with an earlier one."""
        kind = self._kind
        fields = kind.resolve(shape["items"]).get("properties", {})
        defaults = [kind.resolve(fields.get(k, "any")).get("default") for k in keys]
        seen: dict[tuple[object, ...], At] = {}
        for part in parts:
            values = [part.get(k) for k in keys]
            if any(v.unsure for v in values):
                continue
            data = tuple(v.value if v.given else d for v, d in zip(values, defaults, strict=True))
            if not data[0] and not kind.custom and not shape.get("empty"):
                continue
            first = seen.setdefault(data, part)
            if first is part:
                continue
            if (len(keys) == 1 or keys[0] in shape.get("named", ())) and not kind.custom:
                said, place = shape.get("said"), values[0]
                yield invalid(place, said) if said else duplicate(place, "", first.get(keys[0]))
            else:
                shown = ",".join(f'"{k}":{quoted_value(v)}' for k, v in zip(keys, data, strict=True))
                yield duplicate(part, f"{{{shown}}}", first)
