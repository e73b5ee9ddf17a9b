"""What the terminal can show, and writing to it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from upstreamlint.errors import UsageError
from upstreamlint.formats import Layout
from upstreamlint.formats.paint import COLOURED, PLAIN
from upstreamlint.typed import TextIO

PIPED_WIDTH = 120
"""Lines of a report that no terminal shows are this wide on every machine."""


def wants_colour(choice: str, environment: Mapping[str, str], *, terminal: bool) -> bool:
    """Whether to colour: the option decides, then the environment, then whether a terminal is there."""
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return terminal and environment.get("TERM") != "dumb"


def layout(choice: str, stream: TextIO, *, show_external: bool = False) -> Layout:
    """How a report on this stream looks."""
    terminal = stream.isatty()
    painter = COLOURED if wants_colour(choice, os.environ, terminal=terminal) else PLAIN
    width = PIPED_WIDTH
    if terminal:
        from shutil import get_terminal_size

        width = max(get_terminal_size((PIPED_WIDTH, 24)).columns, 60)
    return Layout(painter, width, show_external)


def save(path: str, text: str) -> None:
    """Write a report to a file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {(error.strerror or str(error)).lower()}") from error
