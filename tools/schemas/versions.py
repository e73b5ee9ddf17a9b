"""What several versions of a definition all demand: no file tells which of them is installed."""

from __future__ import annotations

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

_TOLD = frozenset({"description", "default", "x-kubernetes-preserve-unknown-fields", "nullable"})
"""Keys that demand nothing."""


def common(new: Schema, old: Schema) -> Schema:
    """A schema that takes what either of two takes; what one of them does not have is taken as the other has it."""
    found = {k: v for k, v in new.items() if k in _TOLD or old.get(k) == v}
    found |= {k: v for k, v in old.items() if k in _TOLD - {"description"} and k not in new}
    if "properties" in new or "properties" in old:
        found["properties"] = _properties(new.get("properties", {}), old.get("properties", {}))
    for key in ("items", "additionalProperties"):
        if isinstance(new.get(key), dict) and isinstance(old.get(key), dict):
            found[key] = common(new[key], old[key])
    if "enum" in new and "enum" in old:
        found["enum"] = list(dict.fromkeys([*new["enum"], *old["enum"]]))
    for key in ("required", "x-kubernetes-validations"):
        if both := [demand for demand in new.get(key, ()) if demand in old.get(key, ())]:
            found[key] = both
        else:
            found.pop(key, None)
    return found


def remembering(new: Schema, old: Schema) -> Schema:
    """A schema with the fields that only an older version has, and no other demands than its own."""
    found = dict(new)
    if "properties" in new and "properties" in old:
        both = {
            n: remembering(new["properties"][n], s)
            for n, s in old["properties"].items()
            if n in new["properties"]
        }
        found["properties"] = new["properties"] | old["properties"] | both
    for key in ("items", "additionalProperties"):
        if isinstance(new.get(key), dict) and isinstance(old.get(key), dict):
            found[key] = remembering(new[key], old[key])
    return found


def _properties(new: Schema, old: Schema) -> Schema:
    both = {name: common(new[name], old[name]) for name in new if name in old}
    return new | old | both
