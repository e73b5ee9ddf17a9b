"""Authelia, typed: where it listens, and whom it needs."""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Listen, Listening
from upstreamlint.documents import Scalar
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen


@frozen(kw_only=True)
class Needed:
    """A store or directory that it needs: what it is for, and where it is looked for. The port is a default where it is not written."""

    what: str
    host: Scalar
    port: int | None
    port_anchor: Anchor
    defaulted: bool


@entity(kw_only=True)
class Authelia:
    """An Authelia that runs; `listen` is nothing where its configuration does not say where."""

    place: Container
    listen: Listen | None
    needs: tuple[Needed, ...]
    anchor: Anchor
    complete: bool
    alone: bool

    @property
    def id(self) -> str:
        """Where it runs."""
        return f"Authelia/{self.place.id}"

    @property
    def serving(self) -> tuple[tuple[Container, Listening], ...]:
        """Its container, with where its configuration has it listen."""
        if self.listen is None or not (self.complete and self.alone):
            return ()
        return ((self.place, Listening(listens=(self.listen,), closed=False)),)
