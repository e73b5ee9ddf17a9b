"""What a look-up inside a container came to."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Ladder, Verdict
from upstreamlint.graph.references import Candidate
from upstreamlint.graph.upstreams import HostObstacle, PortObstacle
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.source import Anchor
from upstreamlint.values import entity

FarEnd = tuple[tuple[Anchor, str], ...]


@entity
class World:
    """Where a look-up happens: the client's project, the others, and what absence is worth."""

    project: Project
    projects: tuple[Project, ...]
    ladder: Ladder

    def others(self) -> Iterator[Project]:
        """The projects besides the client's."""
        return (p for p in self.projects if p is not self.project)

    def home(self, service: ComposeService) -> Project:
        """The project that a service belongs to."""
        name = service.name.value
        if self.project.services.get(name) is service:
            return self.project
        return next((p for p in self.projects if p.services.get(name) is service), self.project)


@entity(kw_only=True)
class DialedHost:
    """A host, seen from a container.

    `by_host` says that the way leads through the machine itself, so that published ports are the right ones.
    """

    verdict: Verdict
    obstacle: HostObstacle | None = None
    targets: tuple[ComposeService, ...] = ()
    far_end: FarEnd = ()
    near: tuple[Candidate, ...] = ()
    by_host: bool = False


@entity(kw_only=True)
class DialedPort:
    """A port of a service that the host leads to."""

    target: ComposeService
    number: int
    verdict: Verdict
    obstacle: PortObstacle | None = None
    far_end: FarEnd = ()
    near: tuple[Candidate, ...] = ()
