"""A check that only says that nothing at all is refused of an object, compiled once and run on every object.

It makes nothing of what it looks at, which costs a tenth of a look that knows where it is. Whatever it does not
understand at once (nulls, tags, placeholders, what `covered` asks about) is for `explain` and the checks of the kind to
judge: a `False` means nothing but that.
"""

from __future__ import annotations

from upstreamlint.refusal.cel import ConversionError, UnsureError
from upstreamlint.refusal.covered import Covered
from upstreamlint.refusal.formats import formed
from upstreamlint.refusal.leaves import PLAIN, Leaf, is_text, limited, matching, tests_of
from upstreamlint.refusal.parts import (
    MOST_LINES,
    NO_OWN,
    Fits,
    Own,
    Part,
    Plan,
    differ,
    is_mapping,
    keep,
    of_fields,
    of_items,
    of_map,
    remembered,
    with_something,
)
from upstreamlint.refusal.schema import Kind, Schema
from upstreamlint.typed import Any, TypeAlias

_Known: TypeAlias = dict[tuple[str, str], Part]


def compiled(kind: Kind, covered: Covered) -> Fits:
    """The check of a kind; that of a field is compiled when an object first holds it."""
    check = _Compiler(kind, covered).part(kind.schema, "").check
    heard: set[str] = set()

    def fits(node: Any, of: Own = NO_OWN, end: int = 0) -> bool:
        lines = of[0]
        if lines and lines in heard:
            return True
        try:
            if not check(node, of, end):
                return False
        except (TypeError, KeyError, AttributeError, UnsureError, ConversionError):
            # A field that is not known or asked about, a value of another kind than what `covered` relies on, or none.
            return False
        if 0 < len(lines) <= MOST_LINES:
            keep(heard, lines)
        return True

    return fits


class _Compiler:
    """Makes the checks of a kind; a place is a field and the one that holds it, as `covered` names them."""

    def __init__(self, kind: Kind, covered: Covered) -> None:
        self._kind = kind
        self._covered = covered
        self._known: _Known = {}

    def part(self, schema: Schema, place: str) -> Part:
        """The check of a schema at a place."""
        if not isinstance(schema, str):
            return self._made(schema, place)
        key = (schema, place)
        if key not in self._known:
            self._known[key] = self._made(self._kind.resolve(schema), place)
        return self._known[key]

    def _made(self, schema: dict[str, Any], place: str) -> Part:
        match schema["type"]:
            case "object" if "values" in schema:
                fits = self._map(schema, place)
            case "object":
                fits = self._object(schema, place)
            case "array":
                fits = self._array(schema, place)
            case _:
                leaf = self._scalar(schema, place)
                return remembered(leaf, quoted=leaf is is_text)
        return Part(set(), False, self._ruled(fits, schema) if "rules" in schema else fits)

    def _ruled(self, fits: Fits, schema: dict[str, Any]) -> Fits:
        """The check of what is more than a scalar, and of the rules that a definition has about it."""
        from upstreamlint.refusal.plain import plain
        from upstreamlint.refusal.rules import compiled

        kind, rules = self._kind, [holds for holds, _, _ in compiled(schema)]

        def ruled(node: Any, of: Own = NO_OWN, end: int = 0) -> bool:
            if not fits(node, of, end):
                return False
            value = plain(node, schema, kind)
            return all(holds(value) for holds in rules)

        return ruled

    def _at(self, table: Any, place: str) -> Any:
        """What a table says of a place, or of its field wherever that is."""
        return table.get(place) or table.get(place.rpartition(".")[2])

    def _among(self, places: frozenset[str], place: str) -> bool:
        return place in places or place.rpartition(".")[2] in places

    def _scalar(self, schema: dict[str, Any], place: str) -> Leaf:
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
            return is_mapping
        field, fields = place.rpartition(".")[2], schema.get("properties", {})
        needed = self._needed(schema, place)
        chosen = _chosen(schema)
        apart = self._at(self._covered.apart, place)
        if apart is not None:
            chosen.append((apart, 0))
        single = self._among(self._covered.single, place)
        decisive = needed.union(*(some for some, least in chosen if least))

        def plan(names: tuple[str, ...]) -> Plan | None:
            given = set(names)
            if not needed <= given or (single and len(names) != 1):
                return None
            if any(not least <= len(given & some) <= 1 for some, least in chosen):
                return None
            places = {name: f"{field}.{name}" for name in names}
            if any(name not in fields or self._among(self._covered.asked, places[name]) for name in names):
                return None
            flat = all(self._kind.resolve(fields[name])["type"] in PLAIN for name in names)
            parts = {name: self.part(fields[name], places[name]) for name in names}
            return flat, tuple(with_something(p) if n in decisive else p for n, p in parts.items())

        return of_fields(plan, self._at(self._covered.looks, place))

    def _needed(self, schema: dict[str, Any], place: str) -> frozenset[str]:
        """The fields that an object must have."""
        required = (
            name.partition(".")[0]
            for name in schema.get("required", ())
            if "default" not in self._kind.resolve(schema["properties"].get(name, "any"))
        )
        return frozenset(required) | (self._at(self._covered.needed, place) or frozenset())

    def _map(self, schema: dict[str, Any], place: str) -> Fits:
        part, keys = self.part(schema["values"], place), self._covered.keys
        form = formed(schema["keys"]) if "keys" in schema else self._at(self._covered.names, place)
        return of_map(part, lambda name: name not in keys and (form is None or form(name)))

    def _array(self, schema: dict[str, Any], place: str) -> Fits:
        part = self.part(schema.get("items", "any"), place)
        least, most = schema.get("minItems", 0), schema.get("maxItems", 1 << 30)
        keys = list(schema.get("unique", ()))
        distinct = self._at(self._covered.distinct, place)
        if distinct is not None:
            keys.append([distinct])
        each = self._at(self._covered.several, place)

        def several(items: list[Any]) -> bool:
            return (each is None or all(each in item.values for item in items)) and all(
                differ(items, k) for k in keys
            )

        together = several if keys or each is not None else None
        return of_items(part, least, min(most, 1) if "set" in schema else most, together)


def _chosen(schema: dict[str, Any]) -> list[tuple[frozenset[str], int]]:
    """Sets of fields of which one may be there, and whether one must."""
    found = [(frozenset(c["fields"]), int(c["least"])) for c in schema.get("choices", ())]
    if "one" in schema:
        found.append((frozenset(schema["one"]["fields"]), 1))
    if "most" in schema:
        found.append((frozenset(schema["most"]["fields"]), 0))
    return found
