"""`upstreamlint check`: find what is broken."""

from __future__ import annotations

import click

from upstreamlint.cli import checking, options
from upstreamlint.cli.options import Kind, Option
from upstreamlint.cli.parameters import RuleName
from upstreamlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upstreamlint.run.remembered import Memory


@click.command("check")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.pass_obj
def command(memory: Memory | None, /, **given: Any) -> int:
    """Check files and folders (default: the working directory); `-` is a YAML stream on standard input."""
    return checking.run(memory, **given)


def _parameter(option: Option) -> click.Option:
    kinds = {
        Kind.TEXT: click.Choice(option.choices) if option.choices else click.STRING,
        Kind.FILE: click.Path(dir_okay=False),
        Kind.RULES: RuleName(lists=True),
        Kind.NUMBER: click.IntRange(min=0),
        Kind.NOTHING: None,
    }
    return click.Option(
        [option.key, *option.names.split()],
        type=kinds[option.kind],
        is_flag=option.kind is Kind.NOTHING,
        multiple=option.default == (),
        default=option.default,
        metavar=option.metavar,
        help=option.help,
    )


command.params += map(_parameter, options.CHECK)
