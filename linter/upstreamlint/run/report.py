"""What a run has to say, and saying it."""

from __future__ import annotations

import os
import sys

from upstreamlint.values import NamedTuple


class Report(NamedTuple):
    """The report of a run, what it adds on standard error, and the exit status.

    `named` says that the report goes to the file that the command line names, and not to standard output.
    """

    text: str
    notes: str
    status: int
    named: bool


def say(report: Report) -> None:
    """Write to the standard streams."""
    if report.notes and sys.stderr is not None:
        sys.stderr.write(report.notes)
        sys.stderr.flush()
    if not report.named:
        write(report.text)


def write(text: str) -> None:
    """Write to standard output; characters that its encoding lacks are escaped.

    It is no fault when whoever reads has seen enough: the exit status still tells the outcome.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    try:
        if os.name == "nt" and "\x1b" in text:
            from click import echo

            echo(text, nl=False, color=True)  # knows which consoles take colours
        else:
            sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
