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
    from upstreamlint.answers.routes import Outcome, answers
    from upstreamlint.formats import routes
    from upstreamlint.run.engine import check_with_graph
    from upstreamlint.settings.config import Config, find
    from upstreamlint.settings.config_file import load

    file = find(list(paths))
    config = load(file) if file else Config()
    graph, result = check_with_graph(list(paths) or list(config.paths) or ["."], config)
    found = answers(graph, result.diagnostics)
    click.echo(routes.as_json(found) if form == "json" else routes.as_text(found), nl=False)
    return STATUS_FAILS if any(a.outcome is Outcome.FAILS for a in found) else 0
