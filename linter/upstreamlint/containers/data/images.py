"""Look-up of image rows by reference."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

from upstreamlint.containers.data.facts import ImageFacts, Row, image_facts
from upstreamlint.containers.data.reference import image_reference, shortest

_PAGES = frozenset({None, "http", "https", "tcp", "tls"})


class Images:
    """Image rows by every name that they go by; of two rows for a name, the later counts."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Rows are as `images.schema.json` has them; a name may end with `*`."""
        self._all = tuple(rows)
        self._rows: dict[str, Row] = {}
        for row in self._all:
            for name in (row["image"], *row.get("also", ())):
                self._rows[shortest(name)] = row
        self._prefixes = sorted((n[:-1] for n in self._rows if n.endswith("*")), key=len, reverse=True)

    def extended(self, rows: Iterable[Row]) -> Images:
        """These rows, and more that win over them."""
        return Images([*self._all, *rows])

    @cached_property
    def reserved(self) -> frozenset[int]:
        """The ports at which images speak a protocol of their own, and no HTTP: nobody has a page there."""
        served = [one for row in self._all for one in row.get("serves") or ()]
        pages = frozenset(one["port"] for one in served if one.get("protocol") in _PAGES)
        return frozenset(one["port"] for one in served) - pages

    def facts(self, text: str) -> ImageFacts | None:
        """What is known of the image that a reference means; what an unknown tag decides is unknown."""
        reference = image_reference(text)
        row = self._row(reference.name)
        return None if row is None else image_facts(_for_tag(row, reference.tag))

    def _row(self, name: str) -> Row | None:
        exact = self._rows.get(name)
        if exact is not None:
            return exact
        prefix = next((p for p in self._prefixes if name.startswith(p)), None)
        return None if prefix is None else self._rows[f"{prefix}*"]


def _for_tag(row: Row, tag: str | None) -> Row:
    """A row with what its tag changes; the more a pattern says, the later it counts."""
    changes: dict[str, dict[str, Any]] = row.get("tags", {})
    made = dict(row)
    for pattern in sorted(changes, key=lambda p: (len(p), p)):
        if tag is not None and not fnmatchcase(tag, pattern):
            continue
        for field, value in changes[pattern].items():
            if field == "tools":
                told = dict.fromkeys(value) if tag is None else value
                made[field] = {**made.get(field, {}), **told}
            else:
                made[field] = None if tag is None else value
    return made
