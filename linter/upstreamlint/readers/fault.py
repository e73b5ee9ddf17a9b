"""What a reader complains about."""

from __future__ import annotations

from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Fault(NamedTuple):
    """Text that cannot be read, or is read differently from what it looks like.

    `repeated` says that it can be read: a mapping holds a key twice. `over` says that a budget was hit: what is
    written makes too much.
    """

    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()
    repeated: bool = False
    over: bool = False
