"""Which services of the pieces of projects stand whole in their piece, so that no other file has a say about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.files.readable import is_beside, parent
from upstreamlint.model.compose.types import Project
from upstreamlint.values import replace

_UNREAD = frozenset({"syntax", "limit", "version-1"})


def settled(projects: Sequence[Project]) -> list[Project]:
    """The projects, each piece with what it settles."""
    return [replace(p, settled=frozenset(_alone(p, projects))) if p.fragment else p for p in projects]


def _alone(piece: Project, projects: Sequence[Project]) -> Iterator[str]:
    """The services that are an image or a build, and are in no other file that the piece may be merged with."""
    if any(fault.kind in _UNREAD for fault in piece.faults):
        return
    folder = parent(piece.files[0])
    others = {
        n for p in projects if p is not piece and is_beside(parent(p.files[0]), folder) for n in p.services
    }
    for name, service in piece.services.items():
        if name not in others and (service.image is not None or service.build is not None):
            yield name
