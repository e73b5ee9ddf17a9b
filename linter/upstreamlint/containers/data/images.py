"""Look-up of image rows by reference."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.containers.data.facts import ImageFacts, Row, image_facts
from upstreamlint.containers.data.reference import image_reference, shortest
from upstreamlint.typed import Any

_PAGES = frozenset({None, "http", "https", "tcp", "tls"})


_ROW = patterns.compile(r'^\{"image": "([^"]+)"(?:, "also": \["([^]]+)"\])?.*\}', re.MULTILINE)
_MORE = '", "'


class Images:
    """Image rows by every name that they go by; of two rows for a name, the later counts.

    A run asks for few of them: a row of the table is read when it is asked for.
    """

    def __init__(self, table: str, told: Iterable[Row] = ()) -> None:
        """`table` is in JSON, one row a line; both are as `images.schema.json` has them. A name may end with `*`."""
        self._table, self._told = table, tuple(told)
        self._rows: dict[str, Row | str] = {}
        for line in _ROW.finditer(table):
            self._rows[line[1]] = line[0]
            for name in line[2].split(_MORE) if line[2] else ():
                self._rows[shortest(name)] = line[0]
        for row in self._told:
            self._rows |= {shortest(name): row for name in (row["image"], *row.get("also", ()))}
        self._prefixes = sorted((n[:-1] for n in self._rows if n.endswith("*")), key=len, reverse=True)

    def extended(self, rows: Iterable[Row]) -> Images:
        """These rows, and more that win over them."""
        return Images(self._table, [*self._told, *rows])

    @cached_property
    def reserved(self) -> frozenset[int]:
        """The ports at which images speak a protocol of their own, and no HTTP: nobody has a page there."""
        served = [one for row in (*json.loads(self._table), *self._told) for one in row.get("serves") or ()]
        pages = frozenset(one["port"] for one in served if one.get("protocol") in _PAGES)
        return frozenset(one["port"] for one in served) - pages

    def facts(self, text: str) -> ImageFacts | None:
        """What is known of the image that a reference means; what an unknown tag decides is unknown."""
        reference = image_reference(text)
        row = self._row(reference.name)
        return None if row is None else image_facts(_for_tag(row, reference.tag))

    def _row(self, name: str) -> Row | None:
        if name not in self._rows:
            prefix = next((p for p in self._prefixes if name.startswith(p)), None)
            return None if prefix is None else self._named(f"{prefix}*")
        return self._named(name)

    def _named(self, name: str) -> Row:
        row = self._rows[name]
        if isinstance(row, str):
            row = self._rows[name] = json.loads(row)
        return row


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
