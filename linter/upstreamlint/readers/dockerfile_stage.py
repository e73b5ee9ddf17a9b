"""What a build stage of a Dockerfile is: values with their places, and a stage while it is being read."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping

from upstreamlint.documents import Scalar
from upstreamlint.readers.dockerfile_lines import Instruction
from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import field, frozen, mutable


@frozen
class Command:
    """`CMD`, `ENTRYPOINT` or a health check: words of the exec form, or one text for a shell."""

    words: tuple[Scalar, ...]
    shell: bool
    anchor: Anchor


@frozen
class Check:
    """`HEALTHCHECK`: `command` is missing for `NONE`; times are seconds, missing where the engine's default holds."""

    command: Command | None
    anchor: Anchor
    interval: float | None = None
    timeout: float | None = None
    start_period: float | None = None
    start_interval: float | None = None
    retries: int | None = None


@frozen
class Copy:
    """`COPY` or `ADD` from the build context: sources as written, relative to the context; the target absolute.

    `content` is the text of a here-document, which needs no source.
    """

    sources: tuple[Scalar, ...]
    target: Scalar
    anchor: Anchor
    content: Scalar | None = None


@frozen
class Exposed:
    """A port that `EXPOSE` names; a range is written out."""

    number: int
    protocol: str
    anchor: Anchor


@frozen
class Stage:
    """A build stage with what it inherits from earlier stages of its file.

    `base` is the image that the chain of stages starts from: all that it brings is unknown, unless it is
    `scratch`. `name` is the stage's own (`AS name`); `changes` are the instructions that put or make files there,
    `faults` are those of the Dockerfile.
    """

    base: Scalar
    name: str
    anchor: Anchor
    exposed: tuple[Exposed, ...] = ()
    healthcheck: Check | None = None
    copies: tuple[Copy, ...] = ()
    command: Command | None = None
    entrypoint: Command | None = None
    packages: tuple[Scalar, ...] = ()
    environment: Mapping[str, Scalar] = field(default_factory=dict)
    folder: str = "/"
    user: Scalar | None = None
    changes: tuple[Instruction, ...] = ()
    faults: tuple[Fault, ...] = ()


@mutable
class Building:
    """A stage as far as it is read: what it adds to its parent, and the names that its instructions may use."""

    base: Scalar
    name: str
    anchor: Anchor
    parent: Building | None
    known: ChainMap[str, str]
    given: dict[str, str] = field(default_factory=dict)
    exposed: dict[tuple[int, str], Exposed] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    packages: list[Scalar] = field(default_factory=list)
    changes: list[Instruction] = field(default_factory=list)
    environment: dict[str, Scalar] = field(default_factory=dict)
    healthcheck: Check | None = None
    command: Command | None = None
    entrypoint: Command | None = None
    folder: str = "/"
    user: Scalar | None = None

    def lineage(self) -> list[Building]:
        """The stage and those that it is built from, the first one first."""
        found = [self]
        while (above := found[-1].parent) is not None:
            found.append(above)
        return found[::-1]

    def whole(self, faults: Iterable[Fault]) -> Stage:
        """The stage with what it inherits."""
        chain = self.lineage()
        return Stage(
            base=self.base,
            name=self.name,
            anchor=self.anchor,
            exposed=tuple({k: e for s in chain for k, e in s.exposed.items()}.values()),
            healthcheck=self.healthcheck,
            copies=tuple(c for s in chain for c in s.copies),
            command=self.command,
            entrypoint=self.entrypoint,
            packages=tuple(p for s in chain for p in s.packages),
            environment={name: value for s in chain for name, value in s.environment.items()},
            folder=self.folder,
            user=self.user,
            changes=tuple(c for s in chain for c in s.changes),
            faults=tuple(faults),
        )
