"""How far a run is, for whoever waits for it. The run does not know who that is."""

from __future__ import annotations

from upstreamlint.typed import Protocol


class Progress(Protocol):
    """Is told the stage of a run, how much of it is done, and of how much; a total of 0 is unknown."""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Take note."""


def silent(stage: str, done: int = 0, total: int = 0) -> None:
    """Tell nobody."""
