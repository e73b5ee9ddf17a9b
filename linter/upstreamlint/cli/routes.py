"""`upstreamlint routes`: what every route answers, and what it would without some workloads."""

from __future__ import annotations

from collections.abc import Sequence

import click

from upstreamlint.errors import UsageError
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.answers.without import Without
    from upstreamlint.run.engine import Release

STATUS_FAILS = 1


@click.command("routes")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "-f", "--format", "form", type=click.Choice(["text", "json"]), default="text", help="What to write."
)
@click.option(
    "--without",
    "words",
    metavar="WHAT",
    multiple=True,
    help="List the routes that lose requests without a workload (`Deployment/cart`, `cart`, `shop/*`), without all that "
    "must run in a zone (`zone=a`), or without every workload of so few pods (`pod=1`).",
)
@click.option("--spof", is_flag=True, help="List the workloads whose loss alone takes routes down.")
def command(paths: tuple[str, ...], form: str, words: tuple[str, ...], spof: bool) -> int:
    """List every route with where it ends, what its clients get, and why; the exit status is 1 when one fails.

    With `--without` and `--spof`, it is 1 when a route that does not fail by itself dies.
    """
    from upstreamlint.answers.routes import Outcome, answers, in_order
    from upstreamlint.formats import routes
    from upstreamlint.run.engine import check_releases
    from upstreamlint.run.report import write
    from upstreamlint.settings.config import Config, find
    from upstreamlint.settings.config_file import load

    if words and spof:
        raise UsageError("`--without` and `--spof` are two questions: ask them one by one")
    file = find(list(paths))
    config = load(file) if file else Config()
    releases, _ = check_releases(list(paths) or list(config.paths) or ["."], config)
    if words or spof:
        found = _points(releases) if spof else _without(releases, words)
        write(_losses(found, sum(len(r.graph.routes) for r in releases), form, spof=spof))
        return STATUS_FAILS if any(one.dying for one in found) else 0
    every = in_order(a for r in releases for a in answers(r.graph, r.diagnostics, r.name))
    write(routes.as_json(every) if form == "json" else routes.as_text(every))
    return STATUS_FAILS if any(a.outcome is Outcome.FAILS for a in every) else 0


def _without(releases: Sequence[Release], words: Sequence[str]) -> list[Without]:
    from upstreamlint.answers.without import chosen, without

    for word in words:
        if not any(chosen(release.graph, [word]) for release in releases):
            raise UsageError(f"no workload is meant by `{word}`{_hint(releases, word)}")
    picked = [(release, chosen(release.graph, words)) for release in releases]
    return [
        without(release.graph, release.diagnostics, gone, release.name) for release, gone in picked if gone
    ]


def _points(releases: Sequence[Release]) -> list[Without]:
    from upstreamlint.answers.without import single_points

    found = [one for r in releases for one in single_points(r.graph, r.diagnostics, r.name)]
    return sorted(found, key=lambda one: -len(one.dying))


def _hint(releases: Sequence[Release], word: str) -> str:
    from upstreamlint.answers.loss import names
    from upstreamlint.answers.ways import workloads
    from upstreamlint.suggest import did_you_mean

    known = {called for r in releases for node in workloads(r.graph) for called in names(node)}
    return did_you_mean(word, sorted(known))


def _losses(found: Sequence[Without], total: int, form: str, *, spof: bool) -> str:
    from upstreamlint.formats import without

    if form == "json":
        return without.as_json(found, total)
    return without.points_as_text(found, total) if spof else without.as_text(found)
