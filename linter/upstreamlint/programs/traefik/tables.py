"""The fields of Traefik's configuration, as data: `fields.json` for what providers say, `options.json` for what it is started with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache

from upstreamlint.typed import Any
from upstreamlint.values import frozen


@frozen
class Field:
    """A field: its name as the documentation writes it, its type, and whether an element of it `may_be_empty`."""

    name: str
    type: str
    may_be_empty: bool = False

    @property
    def is_element(self) -> bool:
        """Whether it holds fields, or entries."""
        return self.type in ("struct", "map")


Fields = Mapping[str, Field]
"""The fields of one path, by their names in lower case."""


@cache
def fields() -> Mapping[str, Fields]:
    """The fields that each path of a provider's configuration may have; `*` is a name of the user's."""
    return {path.lower(): _fields(written) for path, written in _table("fields").items()}


@cache
def options() -> Mapping[str, Fields]:
    """The options that each path of the static configuration may have."""
    return {path: _fields(written) for path, written in _table("options").items()}


def _fields(written: str) -> Fields:
    found = (
        Field(name, kind.rstrip("?"), kind.endswith("?"))
        for name, _, kind in (word.partition(":") for word in written.split())
    )
    return {one.name.lower(): one for one in found}


def _table(name: str) -> Mapping[str, str]:
    with open(os.path.join(os.path.dirname(__file__), f"{name}.json"), encoding="utf-8") as stream:
        table: dict[str, Any] = json.load(stream)
    found: Mapping[str, str] = table[name]
    return found
