"""The routes of two states of a repository, each read from a tree of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import chdir

from upstreamlint.answers.difference import Difference, difference
from upstreamlint.answers.routes import RouteAnswer, answers
from upstreamlint.errors import NothingToCheckError, UsageError
from upstreamlint.run.engine import check_releases
from upstreamlint.run.revisions import renamed, tree
from upstreamlint.settings.config import Config, find
from upstreamlint.settings.config_file import load


def compare(before: str, after: str | None, paths: Sequence[str]) -> Difference:
    """What happens to the routes under some paths between two commits, or a commit and the files as they are now.

    The later configuration holds for both.

    Raises:
        UsageError: git cannot give a tree, a path is in neither of them, or a run fails.
    """
    with tree(after) as folder, chdir(folder):
        file = find(list(paths))
        config = load(file) if file else Config()
        wanted = list(paths) or list(config.paths) or ["."]
        new = _routes(wanted, config)
    with tree(before) as folder, chdir(folder):
        old = _routes(wanted, config)
    if old is None and new is None:
        raise UsageError(f"nothing to compare: neither state has {', '.join(f'`{p}`' for p in wanted)}")
    return difference(old or [], new or [], renamed(before, after))


def _routes(paths: Sequence[str], config: Config) -> list[RouteAnswer] | None:
    """The routes under paths; nothing when none of these is there."""
    there = [path for path in paths if os.path.exists(path)]
    if not there:
        return None
    try:
        releases, _ = check_releases(there, config)
    except NothingToCheckError:
        return []
    return [a for r in releases for a in answers(r.graph, r.diagnostics, r.name)]
