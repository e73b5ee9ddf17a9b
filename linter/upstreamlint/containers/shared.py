"""The variables that several containers of a project are given at once: nobody knows which of them reads which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache

from upstreamlint.documents import Scalar
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import frozen

if TYPE_CHECKING:
    from upstreamlint.model.compose.types import ComposeService, Project


@frozen
class Shared:
    """`files` are the `env_file`s that several services are given, `values` what stands in `environment: *common` of services with different images."""

    files: frozenset[str] = frozenset()
    values: frozenset[Anchor] = frozenset()

    def without(self, variables: Mapping[str, Scalar]) -> Mapping[str, Scalar]:
        """The variables that are meant for one container."""
        return (
            {k: v for k, v in variables.items() if not self._holds(v)}
            if self.files or self.values
            else variables
        )

    def _holds(self, value: Scalar) -> bool:
        return value.source.path in self.files or value.anchor in self.values


NOTHING_SHARED = Shared()


@lru_cache(maxsize=64)
def shared_of(project: Project) -> Shared:
    """What the services of a project share."""
    files: Counter[str] = Counter()
    values: defaultdict[Anchor, set[tuple[object, ...]]] = defaultdict(set)
    for service in project.services.values():
        environment = service.environment.values()
        files.update({v.source.path for v in environment}.difference(project.files))
        for value in environment:
            values[value.anchor].add(_image(service))
    return Shared(
        frozenset(path for path, count in files.items() if count > 1),
        frozenset(anchor for anchor, images in values.items() if len(images) > 1),
    )


def _image(service: ComposeService) -> tuple[object, ...]:
    build = service.build
    made = (build.context, build.dockerfile, build.target) if build is not None else ()
    return (*made, service.image.value if service.image is not None and build is None else "")
