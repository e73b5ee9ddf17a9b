"""A prefix of a path that something else is put in the place of, and what is left of the path behind it."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.values import NamedTuple

_OPEN = frozenset("$%{}*()~=")
"""What no plain path has: variables, groups, and the marks of other matches."""


class Glue(NamedTuple):
    """A prefix that is cut off with its slash, where what comes in its place has none."""

    prefix: Scalar
    instead: Scalar

    @property
    def spoilt(self) -> str:
        """What becomes of a path below the prefix."""
        return f"{self.instead.value}{_BELOW}"

    @property
    def asked(self) -> str:
        """A path below the prefix."""
        return f"{self.prefix.value}{_BELOW}"


_BELOW = "basket"


def glue(prefix: Scalar | None, instead: Scalar | None) -> Glue | None:
    """What runs together; nothing where a page takes the place of the prefix, or one of them is no plain path."""
    if prefix is None or instead is None:
        return None
    ends, word = prefix.value.endswith("/"), instead.value.rpartition("/")[2]
    plain = instead.value.startswith("/") and prefix.value.startswith("/")
    if not plain or not ends or not word or "." in word or _OPEN & {*prefix.value, *instead.value}:
        return None
    return Glue(prefix, instead)
