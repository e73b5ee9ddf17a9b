"""Look-up of settings that are addresses, by the image whose files hold them."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from upstreamlint.containers.data.facts import Row
from upstreamlint.containers.data.reference import image_reference, shortest


class Dialled:
    """Rows as `dialled.schema.json` has them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._keys: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
            shortest(name): (tuple(row["keys"]), tuple(row.get("but", ())))
            for row in rows
            for name in (row["image"], *row.get("also", ()))
        }

    def is_dialled(self, image: str, key: str) -> bool:
        """Whether the program of an image dials the address that a key of its files holds."""
        patterns, others = self._keys.get(image_reference(image).name, ((), ()))
        return _fits(key, patterns) and not _fits(key, others)


def _fits(key: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(key, pattern) for pattern in patterns)
