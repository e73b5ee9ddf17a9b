"""Charts of others that lend templates: what these are called, where nobody has fetched the chart."""

from __future__ import annotations

import json
import os
from functools import cache

_HERE = os.path.dirname(__file__)


def lent(name: str, repository: str) -> frozenset[str]:
    """The templates of a library by its name and the repository that it is from; none of one that is not known."""
    known, templates = _libraries().get(name, ("", frozenset()))
    return templates if known and known in repository.lower() else frozenset()


@cache
def _libraries() -> dict[str, tuple[str, frozenset[str]]]:
    with open(os.path.join(_HERE, "libraries.json"), encoding="utf-8") as stream:
        rows = json.load(stream)
    return {name: (row["repository"], frozenset(row["templates"])) for name, row in rows.items()}
