"""The command line. What is usual is read and done at once; commands are imported when they are called."""

from __future__ import annotations

import os
import sys

from upstreamlint.errors import UsageError
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.run.remembered import Memory

STATUS_FAULT = 2
STATUS_INTERRUPTED = 130
TRACEBACK = "UPSTREAMLINT_TRACEBACK"


def run(arguments: list[str], memory: Memory | None = None) -> int:
    """Run the command line and give the exit status: no exception passes, whatever happens.

    `memory` holds what is known of earlier runs of the same command, and takes what this one reports.
    """
    try:
        return _run(arguments, memory)
    except KeyboardInterrupt:
        return STATUS_INTERRUPTED
    except UsageError as error:
        _show_fault(error)
    except Exception as error:  # noqa: BLE001 - the last resort: a crash must not look like findings
        _show_crash(error)
    return STATUS_FAULT


def _run(arguments: list[str], memory: Memory | None) -> int:
    if arguments[:1] == ["check"]:
        from upstreamlint.cli import options

        asked = options.read(arguments[1:])
        if asked is not None:
            from upstreamlint.cli import checking

            return checking.run(memory, **asked)
    from upstreamlint.cli import commands

    return commands.run(arguments, memory)


def _show_fault(error: UsageError) -> None:
    import click

    from upstreamlint.formats.columns import clean_lines

    diagnostics = getattr(error, "diagnostics", ())
    if not diagnostics:
        click.echo(clean_lines(f"error: {error}"), err=True)
        return
    from upstreamlint.cli.terminal import layout
    from upstreamlint.formats.text import diagnostic

    look = layout("auto", sys.stderr)
    blocks = ["\n".join(diagnostic(shown, look)) for shown in diagnostics]
    click.echo("\n\n".join(blocks), err=True, color=look.painter.enabled)


def _show_crash(error: Exception) -> None:
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exception(error)
        return
    import click

    from upstreamlint.formats.columns import clean

    what = str(error).partition("\n")[0]
    click.echo(clean(f"error: upstreamlint itself failed: {type(error).__name__}: {what}"), err=True)
    click.echo("This is a bug: please report it with what `upstreamlint --traceback …` shows.", err=True)
