"""The variables that a program reads of those that begin as its own do: `variables.json`, one row a line.

What is no variable of its own is passed over without a word, so that a slip leaves the default in place.
"""

from __future__ import annotations

import json
import os
from functools import cache

from upstreamlint.containers.data.reference import image_reference
from upstreamlint.graph.likeness import is_misspelt, near_names, sole
from upstreamlint.values import NamedTuple


class Unread(NamedTuple):
    """A variable that must have been meant for another one: what `program` does without that."""

    program: str
    meant: str
    status: int | None
    log: str


class _Row(NamedTuple):
    program: str
    prefix: str
    names: frozenset[str]
    costs: dict[str, tuple[int | None, str]]


def unread(image: str, name: str) -> Unread | None:
    """What a variable of an image that its program does not read was meant for, where that can be told."""
    row = _rows().get(image_reference(image).name)
    if row is None or not name.startswith(row.prefix):
        return None
    own = name[len(row.prefix) :]
    # What is read from a file instead has a suffix of its own.
    if own in row.names or own.removesuffix("_FILE") in row.names:
        return None
    meant = [known for known in row.names if _is_meant(own, known)]
    if len(meant) > 1:
        near = near_names(own, meant, words=False)
        meant = near[:1] if sole(own, near) else []
    if not meant:
        return None
    return Unread(row.program, row.prefix + meant[0], *row.costs.get(meant[0], (None, "")))


def _is_meant(written: str, known: str) -> bool:
    """Whether a name is another one in the singular or plural, with other underscores, or a slip of the hand away."""
    one, other = written.replace("_", ""), known.replace("_", "")
    return one.rstrip("S") == other.rstrip("S") or (len(other) > _SHORT and is_misspelt(one, other))


_SHORT = 8


@cache
def _rows() -> dict[str, _Row]:
    with open(os.path.join(os.path.dirname(__file__), "variables.json"), encoding="utf-8") as stream:
        rows = json.load(stream)
    return {
        image: _Row(
            row["program"],
            row["prefix"],
            frozenset(row["names"]),
            {name: (cost.get("status"), cost["log"]) for name, cost in row["costs"].items()},
        )
        for row in rows
        for image in row["images"]
    }
