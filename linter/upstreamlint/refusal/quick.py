"""A check that only says that nothing at all is refused of an object, compiled once and run on every object.

It makes nothing of what it looks at, which costs a tenth of a look that knows where it is. Whatever it does not
understand at once (nulls, tags, placeholders, what `covered` asks about) is for `explain` and the checks of the kind to
judge: a `False` means nothing but that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from upstreamlint.documents import Mapping, Node, Scalar, Sequence
from upstreamlint.refusal.cel import ConversionError, UnsureError
from upstreamlint.refusal.covered import Covered
from upstreamlint.refusal.formats import formed
from upstreamlint.refusal.leaves import PLAIN, Fits, is_text, limited, matching, tests_of
from upstreamlint.refusal.schema import Kind, Schema

_Known: TypeAlias = dict[tuple[str, str], Fits]


def compiled(kind: Kind, covered: Covered) -> Fits:
    """The check of a kind; that of a field is compiled when an object first holds it."""
    check = _Compiler(kind, covered).check(kind.schema, "")

    def fits(node: Any) -> bool:
        try:
            return check(node)
        except (TypeError, KeyError, AttributeError, UnsureError, ConversionError):
            # A field that is not known or asked about, a value of another kind than what `covered` relies on, or none.
            return False

    return fits


class _Compiler:
    """Makes the checks of a kind; a place is a field and the one that holds it, as `covered` names them."""

    def __init__(self, kind: Kind, covered: Covered) -> None:
        self._kind = kind
        self._covered = covered
        self._known: _Known = {}

    def check(self, schema: Schema, place: str) -> Fits:
        """The check of a schema at a place."""
        if not isinstance(schema, str):
            return self._made(schema, place)
        key = (schema, place)
        if key not in self._known:
            self._known[key] = self._made(self._kind.resolve(schema), place)
        return self._known[key]

    def _made(self, schema: dict[str, Any], place: str) -> Fits:
        match schema["type"]:
            case "object" if "values" in schema:
                fits = self._map(schema, place)
            case "object":
                fits = self._object(schema, place)
            case "array":
                fits = self._array(schema, place)
            case _:
                return self._scalar(schema, place)
        return self._ruled(fits, schema) if "rules" in schema else fits

    def _ruled(self, fits: Fits, schema: dict[str, Any]) -> Fits:
        """The check of what is more than a scalar, and of the rules that a definition has about it."""
        from upstreamlint.refusal.plain import plain
        from upstreamlint.refusal.rules import compiled

        kind, rules = self._kind, [holds for holds, _, _ in compiled(schema)]

        def ruled(node: Any) -> bool:
            if not fits(node):
                return False
            value = plain(node, schema, kind)
            return all(holds(value) for holds in rules)

        return ruled

    def _at(self, table: Any, place: str) -> Any:
        """What a table says of a place, or of its field wherever that is."""
        return table.get(place) or table.get(place.rpartition(".")[2])

    def _asked(self, place: str) -> bool:
        asked = self._covered.asked
        return place in asked or place.rpartition(".")[2] in asked

    def _scalar(self, schema: dict[str, Any], place: str) -> Fits:
        base = PLAIN.get(schema["type"])
        if base is None:
            return lambda _: False
        if "enum" in schema:
            values = frozenset(v for v in schema["enum"] if isinstance(v, str))
            return matching(values.__contains__) if base is is_text else lambda _: False
        tests = tests_of(schema)
        own = self._at(self._covered.texts, place)
        if own is not None:
            tests.append(own)
        if not tests:
            return limited(base, schema)
        if len(tests) == 1 and base is is_text:
            return matching(tests[0])
        base = limited(base, schema)
        return lambda node: base(node) and all(test(node.value) for test in tests)

    def _object(self, schema: dict[str, Any], place: str) -> Fits:
        if schema.get("open"):
            return lambda node: node.__class__ is Mapping
        field = place.rpartition(".")[2]
        asked = self._asked
        fields = {n: s for n, s in schema.get("properties", {}).items() if not asked(f"{field}.{n}")}
        checks = _Checks(lambda name: self.check(fields[name], f"{field}.{name}"))
        required = frozenset(
            name.partition(".")[0]
            for name in schema.get("required", ())
            if "default" not in self._kind.resolve(schema["properties"].get(name, "any"))
        ) | (self._at(self._covered.needed, place) or frozenset())
        chosen = _chosen(schema)
        look = self._at(self._covered.looks, place)
        fits = _fields(checks, required, chosen, look)
        if place in self._covered.single or field in self._covered.single:
            return lambda node: fits(node) and len(node.values) == 1
        return fits

    def _map(self, schema: dict[str, Any], place: str) -> Fits:
        check = self.check(schema["values"], place)
        keys = self._covered.keys
        form = formed(schema["keys"]) if "keys" in schema else self._at(self._covered.names, place)

        def fits(node: Any) -> bool:
            if node.__class__ is not Mapping:
                return False
            for name, value in node.values.items():
                if name in keys or not check(value):
                    return False
                if form is not None and not form(name):
                    return False
            return True

        return fits

    def _array(self, schema: dict[str, Any], place: str) -> Fits:
        check = self.check(schema.get("items", "any"), place)
        least, most = schema.get("minItems", 0), schema.get("maxItems", 1 << 30)
        keys = list(schema.get("unique", ()))
        distinct = self._at(self._covered.distinct, place)
        if distinct is not None:
            keys.append([distinct])
        several = self._at(self._covered.several, place)
        alone = _items(check, least, min(most, 1) if "set" in schema else most)
        if several is None and not keys:
            return alone

        def fits(node: Any) -> bool:
            if not alone(node):
                return False
            if len(node.items) <= 1:
                return True
            tables = [_texts(item) for item in node.items]
            if several is not None and not all(several in table for table in tables):
                return False
            return all(_differ(tables, k) for k in keys)

        return fits


class _Checks(dict[str, Fits]):
    """The checks of fields, each made when an object first holds it; there is none of a field that is not known."""

    def __init__(self, make: Callable[[str], Fits]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Fits:
        """Make the check of a field."""
        found = self[name] = self._make(name)
        return found


def _fields(
    checks: _Checks,
    required: frozenset[str],
    chosen: list[tuple[frozenset[str], int]],
    look: Callable[[dict[str, Any]], bool] | None,
) -> Fits:
    """The check of a mapping: each of its fields for itself, and which of them are there."""
    whole = look is not None or bool(chosen)

    def fits(node: Any) -> bool:
        if node.__class__ is not Mapping:
            return False
        values = node.values
        for name, value in values.items():
            if not checks[name](value):
                return False
        for name in required:
            if name not in values or _empty(values[name]):
                return False
        if not whole:
            return True
        fields = {
            name: value
            for name, value in values.items()
            if (value.value if value.__class__ is Scalar else not _empty(value))
        }
        if look is not None and not look(fields):
            return False
        names = fields.keys()
        return all(least <= len(names & some) <= 1 for some, least in chosen)

    return fits


def _items(check: Fits, least: int, most: int) -> Fits:
    """The check of a list's items, each for itself, and of their number."""

    def fits(node: Any) -> bool:
        if node.__class__ is not Sequence:
            return False
        items = node.items
        for item in items:
            if not check(item):
                return False
        return least <= len(items) <= most

    return fits


def _chosen(schema: dict[str, Any]) -> list[tuple[frozenset[str], int]]:
    """Sets of fields of which one may be there, and whether one must."""
    found = [(frozenset(c["fields"]), int(c["least"])) for c in schema.get("choices", ())]
    if "one" in schema:
        found.append((frozenset(schema["one"]["fields"]), 1))
    if "most" in schema:
        found.append((frozenset(schema["most"]["fields"]), 0))
    return found


def _empty(node: Node) -> bool:
    """Whether there is nothing in a value."""
    if isinstance(node, Scalar):
        return not node.value
    return not (node.values if isinstance(node, Mapping) else node.items)


def _texts(item: Any) -> dict[str, str]:
    """The texts of an object that are in it, by field."""
    return {name: value.value for name, value in item.values.items() if value.__class__ is Scalar}


def _differ(tables: list[dict[str, Any]], keys: list[str]) -> bool:
    """Whether no two items share the values of some keys; what has not the first key is passed over."""
    first, *others = keys
    seen = set()
    for table in tables:
        if first not in table:
            continue
        found = table[first]
        if others:
            found = (found, *(table.get(k, "TCP" if k == "protocol" else None) for k in others))
        if found in seen:
            return False
        seen.add(found)
    return True
