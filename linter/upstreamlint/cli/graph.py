"""`upstreamlint graph`: the wiring as a picture."""

from __future__ import annotations

from importlib import import_module

import click

from upstreamlint.errors import UsageError

_STATES = ("broken", "partly-broken", "at-risk", "unknown", "healthy")
_FORMS = {
    "mermaid": ("plain", "mermaid"),
    "dot": ("plain", "dot"),
    "json": ("plain", "as_json"),
    "html": ("page", "html"),
}


@click.command("graph")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(list(_FORMS)),
    help="What to write; html is one page that needs no network. Default: what the name of the output ends in, or "
    "mermaid.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the picture to this file.")
@click.option(
    "--only",
    type=click.Choice(_STATES),
    multiple=True,
    help="Draw the routes in this state; may be repeated.",
)
def command(paths: tuple[str, ...], form: str | None, output: str | None, only: tuple[str, ...]) -> int:
    """Draw every route from its host to what runs, broken ones first."""
    from upstreamlint.cli.terminal import save
    from upstreamlint.picture.draw import draw
    from upstreamlint.picture.types import State
    from upstreamlint.run.engine import check_releases
    from upstreamlint.run.report import write
    from upstreamlint.settings.config import Config, find
    from upstreamlint.settings.config_file import load

    file = find(list(paths))
    config = load(file) if file else Config()
    releases, _ = check_releases(list(paths) or list(config.paths) or ["."], config)
    picture = draw(releases, frozenset(State(word.replace("-", " ")) for word in only))
    if not picture.groups:
        raise UsageError("nothing to draw: no route is there" + (" in this state" if only else ""))
    module, function = _FORMS[form or _by_name(output)]
    text: str = getattr(import_module(f"upstreamlint.picture.{module}"), function)(picture)
    if output is None:
        write(text)
    else:
        save(output, text)
    return 0


def _by_name(output: str | None) -> str:
    ending = (output or "").rpartition(".")[2]
    return {"html": "html", "htm": "html", "json": "json", "dot": "dot", "gv": "dot"}.get(ending, "mermaid")
