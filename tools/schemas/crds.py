"""CustomResourceDefinitions to the schemas that the linter compiles."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import cel
import combined
import patterns
import yaml

Schema: TypeAlias = dict[str, Any]

_KEPT = ("enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "maxProperties")
_FORMATS = frozenset({"ipv4", "ipv6", "date-time", "byte"})
PLAIN = frozenset({"string", "integer", "int32", "number", "boolean", "any", "int-or-string"})


class _Loader(yaml.CSafeLoader):
    """Takes a lone equals sign for text, as the API server does."""


_Loader.add_constructor("tag:yaml.org,2002:value", yaml.CSafeLoader.construct_yaml_str)


def definitions(folder: Path) -> Iterator[Schema]:
    """Every CustomResourceDefinition in the YAML files of a folder; what a chart fills in is no part of one."""
    for path in sorted(folder.glob("*.yaml")):
        text = "".join(line for line in path.read_text("utf-8").splitlines(True) if "{{" not in line)
        for document in yaml.load_all(text, _Loader):
            if document and document.get("kind") == "CustomResourceDefinition":
                yield document


def served(definition: Schema) -> Iterator[tuple[str, Schema]]:
    """The versions of a definition that the API server serves, with the schema of each."""
    for version in definition["spec"]["versions"]:
        if version["served"]:
            yield version["name"], version["schema"]["openAPIV3Schema"]


def unrule(node: Any) -> None:
    """Take the CEL rules out of a definition."""
    if isinstance(node, dict):
        node.pop("x-kubernetes-validations", None)
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        unrule(part)


class Distillery:
    """Schemas to compact ones; `left_out` says which rules and patterns could not be kept."""

    def __init__(self) -> None:
        self.left_out: list[str] = []

    def root(self, schema: Schema) -> Any:
        """The schema of an object: what every object has is not a definition's, and status is the server's."""
        found = self.schema(schema)
        fields = found["properties"]
        for name in ("apiVersion", "kind"):
            fields[name] = "string"
        fields["metadata"] = "any"
        if "status" in fields:
            fields["status"] = "any"
        return found

    def schema(self, schema: Schema) -> Any:
        """A schema in compact form: a plain type's name, or a mapping."""
        kind = schema.get("type", "any")
        if kind == "integer" and schema.get("format") == "int32":
            kind = "int32"
        if schema.get("x-kubernetes-int-or-string"):
            kind = "int-or-string"
        found: Schema = {"type": kind}
        for key in _KEPT:
            if key in schema:
                found[key] = schema[key]
        if enums := [part["enum"] for part in schema.get("allOf", ()) if "enum" in part]:
            found["enum"] = [value for value in enums[0] if all(value in enum for enum in enums)]
        if "default" in schema:
            found["default"] = schema["default"]
        if schema.get("nullable"):
            found["nullable"] = True
        if schema.get("format") in _FORMATS:
            found["format"] = schema["format"]
        self._pattern(schema, found)
        self._parts(schema, found)
        self._choices(schema, found)
        self._rules(schema, found)
        return kind if found == {"type": kind} and kind in PLAIN else found

    def _pattern(self, schema: Schema, found: Schema) -> None:
        if "pattern" not in schema:
            return
        try:
            found["pattern"] = patterns.python(schema["pattern"])
        except ValueError as error:
            self.left_out.append(str(error))
            return
        if found["pattern"] != schema["pattern"]:
            found["said"] = schema["pattern"]

    def _parts(self, schema: Schema, found: Schema) -> None:
        if "properties" in schema:
            found["properties"] = {k: self.schema(v) for k, v in schema["properties"].items()}
        if isinstance(schema.get("additionalProperties"), dict):
            found["values"] = self.schema(schema["additionalProperties"])
        if schema.get("x-kubernetes-preserve-unknown-fields") or (
            found["type"] == "object" and "properties" not in found and "values" not in found
        ):
            found["open"] = True
        if "items" in schema:
            found["items"] = self.schema(schema["items"])
        if schema.get("required"):
            found["required"] = schema["required"]
        if schema.get("x-kubernetes-list-type") == "map":
            found["unique"] = [schema["x-kubernetes-list-map-keys"]]
        elif schema.get("x-kubernetes-list-type") == "set":
            found["set"] = True

    def _choices(self, schema: Schema, found: Schema) -> None:
        """`oneOf` over required fields, which most are, as choices, and others as rules; int-or-string has its own `anyOf`."""
        if found["type"] == "int-or-string":
            return
        kind = json.dumps(found["type"])
        everything = [schema, *schema.get("allOf", ())]
        choices = []
        for part in everything:
            if "oneOf" in part:
                common, choice = self._choice(part["oneOf"])
                choices.append(choice)
                if common:
                    found["required"] = [*found.get("required", ()), *common]
                if choice is None:
                    self._ruled(
                        "oneOf", part, found, f"{kind}: must validate one and only one schema (oneOf)"
                    )
            if "anyOf" in part:
                self._ruled("anyOf", part, found, f"{kind}: must validate at least one schema (anyOf)")
        if any(choices):
            found["choices"] = [c for c in choices if c]

    def _choice(self, options: list[Schema]) -> tuple[list[str], Schema | None]:
        """The fields that every option demands, and those of which each demands one."""
        demanded = [_demanded(o) for o in options if not _rest(o)]
        least = int(len(demanded) == len(options))
        common = set.intersection(*map(set, demanded)) if least else set()
        fields = [[f for f in option if f not in common] for option in demanded]
        if any(len(option) != 1 for option in fields):
            return [], None
        return sorted(common), {"fields": [f for option in fields for f in option], "least": least}

    def _ruled(self, key: str, part: Schema, found: Schema, said: str) -> None:
        """A choice as a rule, if a tree can say it."""
        options, how = part[key], {"oneOf": combined.one_of, "anyOf": combined.any_of}[key]
        try:
            rule = [how(options), said]
        except ValueError as error:
            self.left_out.append(f"{error}: {key} {json.dumps(options)}")
            return
        found["rules"] = [*found.get("rules", ()), rule]

    def _rules(self, schema: Schema, found: Schema) -> None:
        rules = []
        for rule in schema.get("x-kubernetes-validations", ()):
            if "oldSelf" in rule["rule"]:
                continue
            try:
                tree = cel.parse(rule["rule"])
            except ValueError as error:
                self.left_out.append(f"{error}: {rule['rule']}")
                continue
            rules.append([tree, rule.get("message") or f"failed rule: {rule['rule']}"])
        if rules:
            found["rules"] = [*found.get("rules", ()), *rules]


def _rest(option: Schema) -> bool:
    """Whether an option is that none of the others holds."""
    return set(option) == {"not"} and set(option["not"]) == {"anyOf"}


def _demanded(option: Schema) -> list[str]:
    """The fields that an option demands; none when it says more of them than that they are there."""
    plain = set(option) <= {"required", "properties"} and not any(option.get("properties", {}).values())
    return list(option.get("required", ())) if plain else []


def shared(kinds: dict[str, Any]) -> Schema:
    """Kinds with the parts that occur again and again as definitions, so that each is kept and compiled once."""
    counts: Counter[str] = Counter()
    for node in kinds.values():
        _count(node, counts)
    namer = _Namer(counts)
    found = {kind: namer.within(node) for kind, node in kinds.items()}
    return {"kinds": found, "definitions": namer.kept}


def _count(node: Any, counts: Counter[str]) -> None:
    if isinstance(node, dict):
        text = json.dumps(node, sort_keys=True)
        counts[text] += 1
        if counts[text] == 1:
            for part in _children(node):
                _count(part, counts)


class _Namer:
    """Gives names to the parts that occur more than once."""

    def __init__(self, counts: Counter[str]) -> None:
        self.kept: dict[str, Any] = {}
        self._counts = counts
        self._names: dict[str, str] = {}

    def named(self, node: Any) -> Any:
        """A part, or the name of its definition."""
        if not isinstance(node, dict):
            return node
        text = json.dumps(node, sort_keys=True)
        if self._counts[text] == 1 or len(text) <= _WORTH:
            return self.within(node)
        if text not in self._names:
            self._names[text] = f"d{len(self._names)}"
            self.kept[self._names[text]] = self.within(node)
        return self._names[text]

    def within(self, node: Schema) -> Schema:
        """A part with names for the parts inside it."""
        found = dict(node)
        if "properties" in node:
            found["properties"] = {k: self.named(v) for k, v in node["properties"].items()}
        for key in ("items", "values"):
            if key in node:
                found[key] = self.named(node[key])
        return found


_WORTH = 40
"""Shorter parts, in characters, are repeated rather than named."""


def _children(node: Schema) -> Iterator[Any]:
    yield from node.get("properties", {}).values()
    for key in ("items", "values"):
        if key in node:
            yield node[key]
