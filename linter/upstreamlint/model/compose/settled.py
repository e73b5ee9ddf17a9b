"""Which services of the pieces of projects stand whole in their piece, so that no other file has a say about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from upstreamlint.files.readable import parent
from upstreamlint.model.compose.types import Project
from upstreamlint.typed import TypeAlias
from upstreamlint.values import replace

_UNREAD = frozenset({"syntax", "limit", "version-1"})
_Held: TypeAlias = Counter[tuple[str, str, str]]


def settled(projects: Sequence[Project]) -> list[Project]:
    """The projects, each piece with what it settles."""
    if not any(p.fragment for p in projects):
        return list(projects)
    held = Counter(place for p in projects for name in p.services for place in _places(name, _folder(p)))
    return [replace(p, settled=frozenset(_alone(p, held))) if p.fragment else p for p in projects]


def _folder(project: Project) -> str:
    return parent(project.files[0])


def _places(name: str, folder: str) -> Iterator[tuple[str, str, str]]:
    """Where a service of a folder is: at it, in the one around it, and below all of those."""
    yield name, "at", folder
    yield name, "in", parent(folder)
    for enclosing in (folder, *_above(folder)):
        yield name, "below", enclosing


@lru_cache(maxsize=1_024)
def _above(folder: str) -> tuple[str, ...]:
    """The folders that enclose one; the working directory encloses all."""
    if folder == ".":
        return ()
    above = []
    while (folder := parent(folder)) not in (".", "/"):
        above.append(folder)
    return (*above, ".")


def _alone(piece: Project, held: _Held) -> Iterator[str]:
    """The services that are an image or a build, and are in no other file that the piece may be merged with."""
    if any(fault.kind in _UNREAD for fault in piece.faults):
        return
    folder = _folder(piece)
    for name, service in piece.services.items():
        if (service.image is not None or service.build is not None) and not _is_beside(name, folder, held):
            yield name


def _is_beside(name: str, folder: str, held: _Held) -> bool:
    """Whether another file has a service of this name too: in a folder that encloses this one, in it, or beside it."""
    if held[name, "below", folder] > 1 or held[name, "in", parent(folder)] > 1:
        return True
    return any(held[name, "at", above] for above in _above(folder))
