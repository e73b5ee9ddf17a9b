"""What a facet says of two ends that face each other."""

from __future__ import annotations

from upstreamlint.containers.listening.listen import Listen
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.values import NamedTuple


class Facing(NamedTuple):
    """The obstacle, the listen that it is about, and what that rests on; no obstacle where there is none, or none is known."""

    obstacle: Obstacle | None = None
    listen: Listen | None = None
    assumption: str = ""


FINE = Facing()
