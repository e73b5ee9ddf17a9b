"""Where a look-up of a Compose service happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from upstreamlint.containers.listening.listen import Listening
from upstreamlint.graph.evidence import Ladder
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.values import entity


def _unknown(_: ComposeService) -> Listening:
    return Listening()


def _untold(_: ComposeService, __: int) -> bool:
    return False


@entity
class World:
    """The client's project, the others, what absence is worth, and what listens in a service.

    `tells` says whether a file that a service is given names a port.
    """

    project: Project
    projects: tuple[Project, ...]
    ladder: Ladder
    listening: Callable[[ComposeService], Listening] = _unknown
    tells: Callable[[ComposeService, int], bool] = _untold

    def others(self) -> Iterator[Project]:
        """The projects besides the client's."""
        return (p for p in self.projects if p is not self.project)

    def home(self, service: ComposeService) -> Project:
        """The project that a service belongs to."""
        name = service.name.value
        if self.project.services.get(name) is service:
            return self.project
        return next((p for p in self.projects if p.services.get(name) is service), self.project)
