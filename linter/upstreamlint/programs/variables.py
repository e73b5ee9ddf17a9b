"""The environment of a process, as far as files tell it."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.values import frozen


@frozen
class Variables:
    """The variables of the process; with `complete`, what is not among them is not set."""

    values: Mapping[str, str]
    complete: bool = False

    def knows(self, name: str) -> bool:
        """Whether it is known what the variable holds, or that it is not set."""
        return self.complete or name in self.values

    def get(self, name: str) -> str | None:
        """What it holds; nothing when it is not set, or not known."""
        return self.values.get(name)


NOTHING_KNOWN = Variables({})
