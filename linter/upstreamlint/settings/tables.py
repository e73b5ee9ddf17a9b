"""Rows that a configuration adds to the tables of images and servers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from upstreamlint.numerals import decimal
from upstreamlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

TABLES = ("images", "servers")


def rows(data: dict[str, Any], table: str) -> list[dict[str, Any]]:
    """The rows of a table, with the numbers that YAML has in them."""
    found: list[dict[str, Any]] = _numbered(data.get(table, []))
    return found


def faults(data: dict[str, Any]) -> Iterator[ValidationError]:
    """What the schemas of the tables say against the rows; `absolute_path` starts at the configuration's root."""
    from importlib.resources import files

    import jsonschema

    for table in TABLES:
        if isinstance(data.get(table), list):
            text = files("upstreamlint.containers.data").joinpath(f"{table}.schema.json").read_text("utf-8")
            schema = json.loads(text)
            own = {
                **schema,
                "items": {},
                "type": "object",
                "properties": {table: {"type": "array", "items": schema["items"]}},
            }
            validator = jsonschema.Draft202012Validator(own)
            yield from validator.iter_errors({table: rows(data, table)})


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbered(inner) for inner in value]
    number = decimal(value) if isinstance(value, str) else None
    return value if number is None else number
