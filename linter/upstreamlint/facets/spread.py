"""How a program uses the targets of a pool, and what becomes of a request that one of them fails."""

from __future__ import annotations

from upstreamlint.values import StrEnum, frozen


class Next(StrEnum):
    """What becomes of a request that a target of a pool fails."""

    LOST = "lost"
    """Its client gets the failure."""
    TRIED = "tried"
    """Another target is tried, which is not the one that failed."""
    AT_TIMES = "at times"
    """Another target may be tried, or it depends on the requests before."""
    LEFT_OUT = "left out"
    """None is sent there: the program knows beforehand that it would fail."""


@frozen(kw_only=True)
class Spread:
    """How a program uses the targets of a pool.

    `refused` is what becomes of a request when a target takes no connection, `nameless` when its name has no address,
    `answered` when it answers, but not what was asked. `tries` is the number of targets that a request may be sent to,
    0 for all of them; `backups` is the number of those that are used when no other is left, `in_turn` says that of them
    only the first that is not left out is; `reached` is the number of the first of them that take a request which others refuse. `heeded` is the part of
    the targets, from 0 to 1, that must be well for health to count. `empties` says that failing targets are left out until
    none is, so that there is no target to fail any more.
    """

    refused: Next = Next.LOST
    nameless: Next = Next.LOST
    answered: Next = Next.LOST
    tries: int = 0
    backups: int = 0
    in_turn: bool = False
    reached: int = 0
    heeded: float = 0.0
    empties: bool = False


PLAIN = Spread()
"""Each target takes its share, and what it fails is lost."""
