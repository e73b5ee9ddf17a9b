"""Configurations of proxies that no container among the files is given: copied by hand, or part of an image made elsewhere.

What runs there, and what it can reach, is not known: what it dials is only held against the Compose project around it.
What its program refuses whoever starts it is told all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from upstreamlint import patterns
from upstreamlint.containers.listening.listen import Listen
from upstreamlint.facets.dial import Caller
from upstreamlint.files.kinds import Kind
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment, whole
from upstreamlint.run.result import Skipped
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.programs.forwarding import Way

_TEMPLATE = patterns.compile(r"\{\{|\{%|<%|^<<<<<<<|<[A-Za-z][\w -]{0,60}>", re.MULTILINE)
"""What somebody, or something, fills in."""

UNPLACED = "no container is given it: what it dials is only held against the services around it"


@entity(kw_only=True)
class Lone:
    """A configuration without a place. `faults` are why its program would not start, `own` what it would listen on."""

    program: str
    fragments: tuple[Fragment, ...]
    faults: tuple[Fault, ...]
    ways: tuple[Way, ...]
    own: tuple[Listen, ...] = ()

    @property
    def caller(self) -> Caller:
        """The program as the one who dials, wherever that is."""
        return Caller(program=self.program, own=self.own, complete=False)

    @property
    def id(self) -> str:
        """The program, and its file."""
        return f"{self.program}/{self.fragments[0].source.path}"

    @property
    def anchor(self) -> Anchor:
        """The start of its file."""
        place = self.fragments[0].place(0, 0)
        return Anchor(place.source, place.start, place.start)


def lone(run: Run, kind: Kind, taken: Found, read: Callable[[Fragment], Lone | None]) -> Found:
    """The files of a kind that nothing has taken; `taken` is what containers read of them."""
    seen = {source.path for source in taken.sources}
    every = tuple(_every(run, kind, seen, read))
    inner = {f.source.path for one in every for f in one.fragments[1:]}
    found = tuple(one for one in every if one.fragments[0].source.path not in inner)
    return Found(
        resources=found,
        skipped=tuple(Skipped(one.fragments[0].source.path, UNPLACED) for one in found),
        sources=tuple(f.source for one in found for f in one.fragments),
    )


def _every(run: Run, kind: Kind, seen: set[str], read: Callable[[Fragment], Lone | None]) -> Iterator[Lone]:
    for path in run.paths_of(kind):
        source = run.files.source(path) if path not in seen else None
        if source is None or _TEMPLATE.search(source.text):
            continue
        one = read(whole(source))
        if one is not None:
            yield one
