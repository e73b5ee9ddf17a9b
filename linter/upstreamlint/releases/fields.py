"""Fields of objects that state releases."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.source import Anchor

_HEAD = patterns.compile(r"^(?:\w+://)?(?:[^@/]+@)?")


def text(root: Mapping | None, *path: str) -> str:
    """The text at a path of keys; empty when there is none."""
    node = root.at(*path) if root is not None else None
    return node.value if isinstance(node, Scalar) else ""


def place(root: Mapping, *path: str) -> Anchor:
    """Where a field is written; the object's own place when it is missing."""
    node = root.at(*path)
    return node.anchor if node is not None else root.anchor


def repository(url: str) -> str:
    """What an address of a repository has in common with its other spellings."""
    return _HEAD.sub("", url.strip().lower()).replace(":", "/").rstrip("/").removesuffix(".git")
