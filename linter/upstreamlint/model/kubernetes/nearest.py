"""Which of several objects of one name is meant: of the same namespace, and the nearest in the tree of files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.typed import Protocol, TypeVar


class Named(Protocol):
    """A resource with an identity."""

    @property
    def meta(self) -> Meta:
        """Its identity."""


M = TypeVar("M", bound=Named)


def same_namespace(one: str, other: str) -> bool:
    """Whether two namespaces may be the same: an empty one is the client's current one (P2)."""
    return one == other or not one or not other


def encloses(outer: str, folder: str) -> bool:
    """Whether a folder is the outer one or lies in it."""
    return outer in (".", folder) or folder.startswith(f"{outer}/")


def same_tree(one: str, other: str) -> bool:
    """Whether one of two folders is the other or lies in it."""
    return encloses(one, other) or encloses(other, one)


def nearest(found: Sequence[M], folder: str) -> list[M]:
    """Those in the nearest enclosing folder that holds any."""
    if len(found) <= 1:
        return list(found)
    depths = [_shared(r.meta.folder, folder) for r in found]
    best = max(depths)
    return [r for r, depth in zip(found, depths, strict=True) if depth == best]


def ambiguous(found: Sequence[Named], folder: str) -> bool:
    """Whether objects of one name are in several folders, none of which is the asker's or encloses it."""
    folders = {r.meta.folder for r in found}
    return len(folders) > 1 and not any(encloses(f, folder) for f in folders)


@lru_cache(maxsize=65_536)
def _shared(one: str, other: str) -> int:
    """How many leading folders two paths share."""
    if one == other:
        return len(one) + 1
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count
