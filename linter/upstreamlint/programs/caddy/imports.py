"""The files that an `import` names.

A relative pattern is seen from the file that holds it (a snippet's is that of the file that defines it). Files
inside a container are asked of the caller, who knows what is mounted there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.files.readable import Files, join, matching, parent
from upstreamlint.readers.fragment import Fragment, whole
from upstreamlint.typed import Literal, TypeAlias
from upstreamlint.values import NamedTuple

Finder: TypeAlias = Callable[[Fragment, str], Sequence[Fragment] | None]
"""What a path or pattern means in a file; nothing when that cannot be known."""

Status: TypeAlias = Literal["snippet", "read", "empty", "missing", "unknown"]


class Import(NamedTuple):
    """One `import`, and what it led to."""

    pattern: Scalar
    status: Status
    fragments: tuple[Fragment, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it is known what stands in its place."""
        return self.status != "unknown"


def found(pattern: Scalar, fragment: Fragment, finder: Finder | None) -> Import:
    """What an import's pattern leads to."""
    if "{$" in pattern.value or "{args" in pattern.value or finder is None:
        return Import(pattern, "unknown")
    files = finder(fragment, pattern.value)
    if files is None:
        return Import(pattern, "unknown")
    if not files:
        return Import(pattern, "empty" if any(c in pattern.value for c in "*?[]") else "missing")
    return Import(pattern, "read", tuple(files))


def beside(files: Files) -> Finder:
    """Files on disk, as a Caddy would find them that runs where they lie."""

    def find(fragment: Fragment, pattern: str) -> Sequence[Fragment] | None:
        if fragment.path is None or pattern.startswith("/"):
            return None
        path = join(parent(fragment.path), pattern)
        hidden = pattern.rpartition("/")[2].startswith(".")
        paths = [p for p in matching(files, path) if hidden or not p.rpartition("/")[2].startswith(".")]
        sources = [files.source(p) for p in paths]
        texts = [whole(s) for s in sources if s is not None]
        if len(texts) < len(paths) or not files.knows(_folder(path)):
            return None
        return texts

    return find


def _folder(path: str) -> str:
    folder = parent(path)
    while any(c in folder for c in "*?["):
        folder = parent(folder)
    return folder
