"""How far what is written in a file may be expanded: one budget for every reader.

Aliases, merge keys, variables, ranges, includes and `extends` make much of little: sixty lines that each double the
one above are more than any machine holds. A reader spends from the budget of the file or project that it reads.
What is not allowed any more is left as it is written and noted with its place, and the rest is read.
"""

from __future__ import annotations

import sys

from upstreamlint.readers.fault import Fault
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Limit(NamedTuple):
    """So much may be made, in all or of one thing, and what is said about more."""

    most: int
    message: str


NODES = Limit(200_000, "aliases and merge keys make more than 200,000 values of this")
"""Values that aliases and merge keys add to those that are written in one file."""

DEPTH = Limit(500, "nested deeper than 500 levels")
"""Levels of one document, aliases followed: what walks a tree recurses."""

VALUE = Limit(131_072, "variables make more than 128 KiB of this value")
"""Bytes that variables add to one value. No program can be started with a longer one: Linux, `MAX_ARG_STRLEN`."""

TEXT = Limit(2_000_000, "variables make more than 2 MB of this file or project")
"""Bytes that variables add in one file or project, in all."""

PORTS = Limit(200_000, "port ranges are more than 200,000 ports")
"""Ports that ranges stand for, in one file or project: three protocols have 196,605."""

VARIABLES = Limit(1_000_000, "env files give the services of this project more than 1,000,000 variables")
"""Variables of env files, counted once for each service that reads them."""

INCLUDES = Limit(2_000, "more than 2,000 includes: does every one include two?")
"""Files that one configuration or project includes, each as often as it is included."""

DIRECTIVES = Limit(1_000_000, "includes make more than 1,000,000 directives of this configuration")
"""Directives that includes bring into one nginx configuration."""

CHAIN = Limit(100, "more than 100 files or services deep")
"""An `include` in an include, or what extends what extends another."""


class Budget:
    """What the reading of one file or project has spent, and a fault for each limit that it came to."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._spent: dict[Limit, int] = {}
        self._told: set[Limit] = set()

    def left(self, limit: Limit) -> int:
        """How much may still be made."""
        return max(0, limit.most - self._spent.get(limit, 0))

    def spend(self, limit: Limit, amount: int, place: Anchor) -> bool:
        """Whether so much more may be made in all."""
        if amount > self.left(limit):
            self._spent[limit] = limit.most
            return self._refuse(limit, place)
        self._spent[limit] = self._spent.get(limit, 0) + amount
        return True

    def within(self, limit: Limit, amount: int, place: Anchor) -> bool:
        """Whether one thing may be so large."""
        return amount <= limit.most or self._refuse(limit, place)

    def _refuse(self, limit: Limit, place: Anchor) -> bool:
        if limit not in self._told:
            self._told.add(limit)
            self.faults.append(Fault(place, limit.message, over=True))
        return False


_FRAMES = 20


def make_room() -> None:
    """Let Python recurse as deep as `DEPTH` allows documents to be, some frames a level."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEPTH.most * _FRAMES))
