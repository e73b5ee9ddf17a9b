"""What a reader complains about."""

from __future__ import annotations

from typing import NamedTuple

from upstreamlint.source import Anchor


class Fault(NamedTuple):
    """Text that cannot be read, or is read differently from what it looks like."""

    anchor: Anchor
    message: str
    related: tuple[tuple[Anchor, str], ...] = ()
