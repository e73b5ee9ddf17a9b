"""What a change touches: findings that it made, or that lie in the files that it edits.

git is asked which files differ from a revision, and for the tree of that revision, which is checked the same
way. A finding counts when the revision did not have it, wherever the edit was: the far end of a wire may be
in a file that no label names any more. It also counts when one of its labels is in a changed file.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import chdir

from upstreamlint.errors import NothingToCheckError
from upstreamlint.finding import Diagnostic
from upstreamlint.run import engine
from upstreamlint.run.result import Result
from upstreamlint.run.revisions import ask, commit, tree
from upstreamlint.settings.config import Config
from upstreamlint.values import replace


def only_changed(result: Result, paths: Sequence[str], config: Config, revision: str) -> Result:
    """The result with what the change neither made nor touches moved to `baselined`.

    Raises:
        UsageError: git is not there, this is no repository, or it does not know the revision.
    """
    changed = changed_files(revision)
    before = {d.fingerprint for d in _at(revision, paths, config)}
    mine = [d for d in result.diagnostics if d.fingerprint not in before or _touches(d, changed)]
    kept = {id(d) for d in mine}
    old = tuple(d for d in result.diagnostics if id(d) not in kept)
    return replace(result, diagnostics=tuple(mine), baselined=(*result.baselined, *old))


def changed_files(revision: str) -> frozenset[str]:
    """The files that differ from a revision, new ones too, relative to the working directory."""
    before = commit(revision)
    tracked = ask("diff", "--name-only", "--relative", "--no-renames", "--no-ext-diff", "-z", before, "--")
    new = ask("ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(p.decode(errors="replace") for p in (tracked + new).split(b"\0") if p)


def _touches(diagnostic: Diagnostic, changed: frozenset[str]) -> bool:
    return any(label.anchor.source.path in changed for label in diagnostic.labels)


def _at(revision: str, paths: Sequence[str], config: Config) -> tuple[Diagnostic, ...]:
    """What a revision's tree had, seen from the same folder in it."""
    with tree(revision) as folder, chdir(folder):
        there = [p for p in paths if os.path.exists(p) and not os.path.isabs(p)]
        try:
            return engine.check(there, config).diagnostics if there else ()
        except NothingToCheckError:
            return ()
