"""What a machine-readable report says of the program that wrote it."""

from __future__ import annotations

NAME = "upstreamlint"


def version() -> str:
    """The installed version; `0` when run from sources that were never installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(NAME)
    except PackageNotFoundError:
        return "0"
