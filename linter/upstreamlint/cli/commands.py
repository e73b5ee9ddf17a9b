"""The commands, for every command line. Each is imported when it is called, so that starting stays cheap."""

from __future__ import annotations

import os
from importlib import import_module

import click

from upstreamlint.cli import STATUS_FAULT, STATUS_INTERRUPTED, TRACEBACK
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.run.remembered import Memory

COMMANDS = ("check", "diff", "routes", "graph", "trace", "explain", "rules", "init", "lsp")
"""Each is a module of this package that holds a command named `command`."""


class Commands(click.Group):
    """The commands by name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Every command, in the order that a user meets them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command with this name."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__package__}.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from upstreamlint.suggest import did_you_mean

            ctx.fail(f"No command is named `{args[0]}`{did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


def _show_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    from upstreamlint.formats.tool import NAME, version
    from upstreamlint.rules import plugins

    own = f"{NAME} {version()}"
    others = [plugin for plugin in plugins() if plugin != own]
    click.echo(own + (f" (rules of {', '.join(others)})" if others else ""))
    ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version, and the plugins that bring rules.",
)
@click.option(
    "--traceback", is_flag=True, help=f"Show where the program itself failed (also: {TRACEBACK}=1)."
)
def cli(traceback: bool) -> None:
    """Find the wiring that will answer "503 no healthy upstream", before it is deployed.

    Exit status: 0 nothing found; 1 findings; 2 the job could not be done; 130 interrupted.
    """
    if traceback:
        os.environ[TRACEBACK] = "1"


def run(arguments: list[str], memory: Memory | None) -> int:
    """Run a command and give the exit status.

    Raises:
        UsageError: the job could not be done.
    """
    try:
        status = cli.main(arguments, prog_name="upstreamlint", standalone_mode=False, obj=memory)
    except click.exceptions.Abort:
        return STATUS_INTERRUPTED
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return STATUS_FAULT
    except SystemExit:
        # How click itself ends: it has completed a word, or whoever read its output has gone.
        return 0
    return status if isinstance(status, int) else 0
