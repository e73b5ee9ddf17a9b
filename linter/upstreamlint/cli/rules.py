"""`upstreamlint rules`: the catalogue."""

from __future__ import annotations

import click


@click.command("rules")
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to write."
)
def command(form: str) -> None:
    """List the rules."""
    from upstreamlint.formats import catalogue
    from upstreamlint.rules import load

    rules = list(load().values())
    click.echo(catalogue.as_json(rules) if form == "json" else catalogue.as_table(rules), nl=False)
