"""`upstreamlint lsp`: the language server for editors."""

from __future__ import annotations

import gc

import click

from upstreamlint.errors import UsageError


@click.command("lsp")
@click.option(
    "--stdio", is_flag=True, help="Speak over standard input and output: the only way, and the default."
)
def command(*, stdio: bool) -> int:
    """Serve an editor: diagnostics as you type, quick fixes, hover, and the other end of a wire."""
    del stdio
    try:
        from upstreamlint.lsp.server import server
    except ModuleNotFoundError as error:
        raise UsageError("the language server needs `pip install 'upstreamlint[lsp]'`") from error
    # A run makes no cycles of values, and what lives as long as an editor may.
    gc.enable()
    server().start_io()
    return 0
