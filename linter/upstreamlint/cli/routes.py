"""`upstreamlint routes`: what every route answers."""

from __future__ import annotations

import click

STATUS_FAILS = 1


@click.command("routes")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to write."
)
def command(paths: tuple[str, ...], form: str) -> int:
    """List every route with where it ends, what its clients get, and why; the exit status is 1 when one fails."""
    from upstreamlint.answers.routes import Outcome, answers, in_order
    from upstreamlint.formats import routes
    from upstreamlint.run.engine import check_releases
    from upstreamlint.settings.config import Config, find
    from upstreamlint.settings.config_file import load

    file = find(list(paths))
    config = load(file) if file else Config()
    releases, _ = check_releases(list(paths) or list(config.paths) or ["."], config)
    found = in_order(a for r in releases for a in answers(r.graph, r.diagnostics, r.name))
    click.echo(routes.as_json(found) if form == "json" else routes.as_text(found), nl=False)
    return STATUS_FAILS if any(a.outcome is Outcome.FAILS for a in found) else 0
