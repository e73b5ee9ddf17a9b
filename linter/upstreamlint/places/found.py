"""What a look-up from a place came to."""

from __future__ import annotations

from upstreamlint.facets.judgement import Candidate, FarEnd, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.nodes import Node
from upstreamlint.values import entity


@entity(kw_only=True)
class HostFound:
    """A host: who answers to it, or why nobody does; the fields are those of a `Judgement`."""

    verdict: Verdict
    obstacle: Obstacle | None = None
    targets: tuple[Node, ...] = ()
    far_end: FarEnd = ()
    near: tuple[Candidate, ...] = ()
    by_host: bool = False
    assumption: str = ""


@entity(kw_only=True)
class PortFound:
    """A port of one of those that the host leads to."""

    target: Node
    number: int
    verdict: Verdict
    obstacle: Obstacle | None = None
    far_end: FarEnd = ()
    near: tuple[Candidate, ...] = ()
    assumption: str = ""


@entity
class Found:
    """The host, and the port on each that it leads to; none when it leads nowhere, or no port is known."""

    host: HostFound
    ports: tuple[PortFound, ...] = ()
