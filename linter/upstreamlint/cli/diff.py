"""`upstreamlint diff`: what a change does to the traffic."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from upstreamlint.errors import UsageError
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple

if TYPE_CHECKING:
    from upstreamlint.answers.difference import RouteChange

STATUS_STOPS = 1


class States(NamedTuple):
    """What is compared, as the user names it, and the commits; no later one stands for the files as they are now."""

    names: tuple[str, str]
    before: str
    after: str | None


@click.command("diff")
@click.argument("revision", metavar="REV")
@click.argument("rest", metavar="[REV2] [PATH]...", nargs=-1)
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="What to write; markdown is for a comment on a pull request.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write the report to this file.")
@click.option("--strict", is_flag=True, help="Exit with 1, too, when an answered route is gone or in doubt.")
def command(revision: str, rest: tuple[str, ...], form: str, output: str | None, strict: bool) -> int:
    """Say what becomes of each route between two git revisions, or between one and the files as they are now.

    `main...HEAD` compares with the commit where the two parted. Your files and git's index are only read.
    The exit status is 1 when requests that were answered fail; what is no longer known is no failure.
    """
    from upstreamlint.cli.terminal import save
    from upstreamlint.formats import difference
    from upstreamlint.run.difference import compare
    from upstreamlint.run.report import write

    states, paths = _states(revision, rest)
    found = compare(states.before, states.after, paths)
    text = difference.FORMS[form](found, states.names)
    if output is not None:
        save(output, text)
    else:
        write(text)
    stops = any(change.stops or (strict and _is_lost(change)) for change in found.changes)
    return STATUS_STOPS if stops else 0


def _is_lost(found: RouteChange) -> bool:
    from upstreamlint.answers.difference import Change
    from upstreamlint.answers.routes import Outcome

    answered = found.before is not None and found.before.outcome is Outcome.ANSWERED
    return answered and found.change in (Change.GONE, Change.DOUBT)


def _states(revision: str, rest: Sequence[str]) -> tuple[States, list[str]]:
    """What to compare, and the paths."""
    from upstreamlint.run.revisions import WORKING, commit, fork

    one, dots, other = revision.partition("...")
    if dots:
        return States(
            (revision, other or "HEAD"), fork(one or "HEAD", other or "HEAD"), other or "HEAD"
        ), list(rest)
    one, dots, other = revision.partition("..")
    if dots:
        return States((one or "HEAD", other or "HEAD"), commit(one or "HEAD"), other or "HEAD"), list(rest)
    if rest and _is_second(rest[0]):
        return States((revision, rest[0]), commit(revision), rest[0]), list(rest[1:])
    return States((revision, WORKING), commit(revision), None), list(rest)


def _is_second(text: str) -> bool:
    """Whether an argument is the second revision, and not the first path."""
    from upstreamlint.run.revisions import is_revision

    if not os.path.lexists(text):
        return is_revision(text)
    if is_revision(text):
        raise UsageError(
            f"`{text}` is a revision and a path: write `./{text}` for the path, `{text}^0` for the revision"
        )
    return False
