"""Variables of Compose files that nothing sets, and those that were meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.graph.likeness import is_typed
from upstreamlint.model.compose import Project
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Misspelt(NamedTuple):
    """A variable without a value, and the one that `.env` sets and that it misses by a slip of the hand."""

    name: str
    meant: str
    anchor: Anchor


def misspelt(project: Project) -> Iterator[Misspelt]:
    """Each variable that misses exactly one of those that are set, once."""
    seen = set()
    for name, anchor in project.unset:
        near = [given for given in project.given if is_typed(name, given)]
        if len(near) == 1 and name not in seen:
            seen.add(name)
            yield Misspelt(name, near[0], written(name, anchor))


def written(name: str, anchor: Anchor) -> Anchor:
    """Where a variable stands in a text."""
    text = anchor.source.text[anchor.start : anchor.end]
    found = re.search(rf"\$\{{?{re.escape(name)}\b\}}?", text)
    if found is None:
        return anchor
    return Anchor(anchor.source, anchor.start + found.start(), anchor.start + found.end())
