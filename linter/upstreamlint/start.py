"""Where the command starts: what is remembered is said at once, without the rest of the program."""

from __future__ import annotations

import gc
import os
import sys

from upstreamlint.files import asked
from upstreamlint.run.remembered import Memory
from upstreamlint.run.report import say

_REMEMBERED = "check"
_NEVER = "--no-cache"
STATUS_FAULT = 2
STATUS_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit.

    The process ends at once: what it holds is not taken apart object by object, and the collector of
    cycles never runs, since a run makes none.
    """
    gc.disable()
    try:
        status = run(sys.argv[1:])
    except KeyboardInterrupt:
        status = STATUS_INTERRUPTED
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or STATUS_FAULT
    os._exit(status)


def run(arguments: list[str]) -> int:
    """Say what is remembered of a command, or run it; gives the exit status."""
    if arguments[:1] != [_REMEMBERED] or _NEVER in arguments:
        return _run(arguments)
    with asked.noted() as answers:
        memory = _memory(arguments, answers)
        if memory is not None and memory.report is not None and not memory.report.named:
            say(memory.report)
            return memory.report.status
        return _run(arguments, memory)


def _run(arguments: list[str], memory: Memory | None = None) -> int:
    """Run a command, whose modules are found in a hurry."""
    from upstreamlint import finder

    finder.install()

    from upstreamlint import cli

    return cli.run(arguments, memory)


def _memory(arguments: list[str], answers: asked.Answers) -> Memory | None:
    """What is known of a command."""
    try:
        return Memory(arguments, answers)
    except (OSError, ValueError, AttributeError):
        return None  # no folder to be in, or nothing to write to
