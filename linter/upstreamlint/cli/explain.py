"""`upstreamlint explain`: a rule's page."""

from __future__ import annotations

import click

from upstreamlint.cli.parameters import RuleName
from upstreamlint.errors import UsageError


@click.command("explain")
@click.argument("name", metavar="RULE", type=RuleName())
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to write."
)
def command(name: str, form: str) -> None:
    """Show the page of a rule: what it finds, what a client gets, and how to mend it."""
    from upstreamlint.rules import load
    from upstreamlint.settings.config import unknown_rule

    rules = load()
    rule = rules.get(name)
    if rule is None:
        raise UsageError(unknown_rule(name, rules))
    if form == "json":
        from upstreamlint.formats.catalogue import as_json

        click.echo(as_json([rule]), nl=False)
        return
    click.echo(f"{rule.name} ({rule.severity}, since {rule.since})\n\n{rule.doc}")
