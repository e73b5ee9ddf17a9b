"""What a reader of configurations is given, and what it brings: the one shape of everything that loads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from upstreamlint.containers.container import Container
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files
from upstreamlint.graph.problems import Problem
from upstreamlint.run.result import Skipped
from upstreamlint.settings.config import Config
from upstreamlint.source import Source
from upstreamlint.typed import TypeAlias, TypeVar
from upstreamlint.values import frozen, replace

T = TypeVar("T")


@frozen(kw_only=True)
class Run:
    """What is there to read: YAML texts that nothing has claimed, files of other kinds, and what was read so far."""

    files: Files
    config: Config
    sources: tuple[Source, ...] = ()
    paths: tuple[tuple[str, Kind], ...] = ()
    resources: tuple[object, ...] = ()

    def of(self, kind: type[T]) -> list[T]:
        """The resources of a type that were read so far."""
        return [r for r in self.resources if isinstance(r, kind)]

    @cached_property
    def containers(self) -> list[Container]:
        """The containers that were read so far."""
        return self.of(Container)

    @cached_property
    def traces(self) -> str:
        """Where a program may be named in any of them (see `Container.traces`), with a NUL between two."""
        return "\0".join(container.traces for container in self.containers)

    def paths_of(self, kind: Kind) -> list[str]:
        """The files of a kind."""
        return [path for path, found in self.paths if found is kind]


@frozen(kw_only=True)
class Found:
    """What was read: resources, what is wrong with the texts, what is passed over, and the files that were read.

    `taken` are the paths of YAML files that are for nothing else.
    """

    resources: tuple[object, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    sources: tuple[Source, ...] = ()
    taken: frozenset[str] = frozenset()

    def plus(self, other: Found) -> Found:
        """Both."""
        return Found(
            resources=(*self.resources, *other.resources),
            problems=(*self.problems, *other.problems),
            skipped=(*self.skipped, *other.skipped),
            sources=(*self.sources, *other.sources),
            taken=self.taken | other.taken,
        )


Loader: TypeAlias = Callable[[Run], Found]


def read(run: Run, loaders: Iterable[Loader]) -> Found:
    """What loaders bring, each of which sees what those before it brought."""
    found = Found()
    for load in loaders:
        got = load(run)
        found = found.plus(got)
        if got.resources or got.taken:
            rest = tuple(s for s in run.sources if s.path not in got.taken)
            run = replace(run, sources=rest, resources=(*run.resources, *got.resources))
    return found
