"""The resources of a run by type, and what runs: containers, and what listens in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening import Listening, listening
from upstreamlint.graph.grouping import grouped
from upstreamlint.model.kubernetes import Namespace, Workload
from upstreamlint.model.technology import technologies
from upstreamlint.typed import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from upstreamlint.facets.reply import Answering

T = TypeVar("T")


class Serving(Protocol):
    """A program whose configuration says what it listens on."""

    @property
    def serving(self) -> Iterable[tuple[Container, Listening]]:
        """The containers that nothing but it serves in, with what it listens on there; none where that is not all known."""


class Running:
    """The resources of a run, by type, with their containers."""

    def __init__(self, resources: Sequence[object]) -> None:
        self.resources = resources
        self._listening: dict[int, Listening] = {}

    def of(self, kind: type[T]) -> list[T]:
        """Every resource of a type."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    @cached_property
    def technologies(self) -> frozenset[str]:
        """The technologies that any resource is of."""
        return technologies(self._by_type, self.of(Namespace), self.of(Workload))

    @cached_property
    def holds(self) -> frozenset[str]:
        """The technologies and the names of the types of which there is any resource."""
        return self.technologies | {kind.__name__ for kind in self._by_type}

    @cached_property
    def _by_type(self) -> dict[type, list[object]]:
        return grouped(self.resources, type)

    @cached_property
    def _containers(self) -> dict[int, list[Container]]:
        return grouped(self.of(Container), lambda c: id(c.node))

    def containers(self, node: object) -> list[Container]:
        """The containers of a Compose service or a workload."""
        return self._containers.get(id(node), [])

    def given(self, path: str) -> list[Container]:
        """The containers of Compose services that a file is put into, wherever in them."""
        return self._given.get(path, [])

    @cached_property
    def _given(self) -> dict[str, list[Container]]:
        found: dict[str, list[Container]] = defaultdict(list)
        for container in self.of(Container):
            if container.part is None:
                for source in {
                    layer.source for layer in container.files.layers if layer.source and layer.known
                }:
                    found[source].append(container)
        return found

    def likely(self, node: object, path: str) -> bool:
        """Whether a Compose service most likely is given a file: what it is given lies elsewhere on the machine."""
        return any(
            path == source or path.startswith(f"{source}/") for source in self._likely.get(id(node), ())
        )

    @cached_property
    def _likely(self) -> dict[int, list[str]]:
        return {
            id(container.node): sources
            for container in self.of(Container)
            if container.service is not None
            and (sources := [m.likely for m in container.service.mounts if m.likely is not None])
        }

    def listening(self, container: Container) -> Listening:
        """What listens in a container: as its program's configuration says, where that is read; else by what starts it."""
        key = id(container)
        if key not in self._listening:
            configured = self._configured.get((id(container.node), id(container.part)), [])
            own = configured[0] if len(configured) == 1 else None
            self._listening[key] = own if own is not None else listening(container)
        return self._listening[key]

    def listening_of(self, node: object) -> Listening:
        """What listens in the one container of a Compose service."""
        own = self.containers(node)
        return self.listening(own[0]) if len(own) == 1 else Listening()

    def tells(self, node: object, number: int) -> bool:
        """Whether a file that a Compose service is given names a port."""
        return any(container.files.tells(number) for container in self.containers(node))

    @cached_property
    def _configured(self) -> dict[tuple[int, int], list[Listening]]:
        """What the configurations of programs say, by the containers that they run in."""
        found: dict[tuple[int, int], list[Listening]] = defaultdict(list)
        for kind, resources in self._by_type.items():
            if hasattr(kind, "serving"):
                for resource in cast("list[Serving]", resources):
                    for container, told in resource.serving:
                        found[id(container.node), id(container.part)].append(told)
        return found

    def answering(self, container: Container) -> list[Answering]:
        """The programs in a container whose configuration says what they answer."""
        return self._answering.get((id(container.node), id(container.part)), [])

    @cached_property
    def _answering(self) -> dict[tuple[int, int], list[Answering]]:
        found: dict[tuple[int, int], list[Answering]] = defaultdict(list)
        for kind, resources in self._by_type.items():
            if hasattr(kind, "reply"):
                for resource in cast("list[Answering]", resources):
                    for place in resource.answers_in:
                        found[id(place.node), id(place.part)].append(resource)
        return found
