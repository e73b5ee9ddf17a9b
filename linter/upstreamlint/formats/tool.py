"""What a machine-readable report says of the program that wrote it."""

from __future__ import annotations

from upstreamlint.run.distributions import installed

NAME = "upstreamlint"


def version() -> str:
    """The installed version; `0` when run from sources that were never installed."""
    return installed(NAME) or "0"
