"""What a description of a container has to tell, whichever tool runs it."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING, Protocol
from upstreamlint.values import NamedTuple, frozen

if TYPE_CHECKING:
    from upstreamlint.containers.tree import Layer, Tree
    from upstreamlint.readers.dockerfile_stage import Stage


class Declared(NamedTuple):
    """A port that a container is said to have; `protocol` is `tcp` or `udp`, `name` empty where it has none."""

    number: int
    protocol: str
    name: str
    anchor: Anchor


@frozen
class Start:
    """Entry point and arguments; each is missing where it is the image's own, of which nothing is known."""

    entrypoint: tuple[Scalar, ...] | None = None
    arguments: tuple[Scalar, ...] | None = None

    @property
    def words(self) -> tuple[Scalar, ...]:
        """The words that are known."""
        return (*(self.entrypoint or ()), *(self.arguments or ()))


class Facts(Protocol):
    """See `Container`, which asks for each of these once."""

    @property
    def name(self) -> Scalar | None:
        """Its name."""

    @property
    def title(self) -> str:
        """How messages name the place that it is in."""

    @property
    def image(self) -> Scalar | None:
        """What it runs."""

    @property
    def built(self) -> bool:
        """Whether its image is made here."""

    @property
    def stage(self) -> Stage | None:
        """What its Dockerfile says."""

    @property
    def folder(self) -> str:
        """Its working directory."""

    @property
    def incomplete(self) -> bool:
        """Whether a part of it is not in the files."""

    @property
    def unread(self) -> bool:
        """Whether it is given variables that are not in the files."""

    @property
    def anchor(self) -> Anchor:
        """Where it is written."""

    def start(self) -> Start:
        """What is started in it."""

    def environment(self) -> dict[str, Scalar]:
        """Its variables."""

    def declared(self) -> Iterator[Declared]:
        """The ports that it names."""

    def tree(self) -> Tree:
        """The files that it sees."""

    def beside(self, name: str) -> Layer | None:
        """A file of its build context."""
