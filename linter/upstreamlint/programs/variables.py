"""The environment of a process, as far as files tell it."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint.documents import Scalar
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.values import frozen


@frozen
class Variables:
    """The variables of the process; with `complete`, what is in neither `values` nor `unknown` is not set.

    `unknown` are those that are set to something that the files do not tell.
    """

    values: Mapping[str, str]
    complete: bool = False
    unknown: frozenset[str] = frozenset()

    def knows(self, name: str) -> bool:
        """Whether it is known what the variable holds, or that it is not set."""
        return name in self.values or (self.complete and name not in self.unknown)

    def get(self, name: str) -> str | None:
        """What it holds; nothing when it is not set, or not known."""
        return self.values.get(name)


NOTHING_KNOWN = Variables({})


def of_container(environment: Mapping[str, Scalar], *, complete: bool) -> Variables:
    """The variables of a container, those of unknown value apart."""
    return Variables(
        {name: value.value for name, value in environment.items() if not is_unknown(value)},
        complete,
        frozenset(name for name, value in environment.items() if is_unknown(value)),
    )
