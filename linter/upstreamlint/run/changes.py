"""What a change touches: findings that it made, or that lie in the files that it edits.

git is asked which files differ from a revision, and for the tree of that revision, which is checked the same
way. A finding counts when the revision did not have it, wherever the edit was: the far end of a wire may be
in a file that no label names any more. It also counts when one of its labels is in a changed file.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from upstreamlint.errors import UsageError
from upstreamlint.finding import Diagnostic
from upstreamlint.run import engine
from upstreamlint.run.result import Result
from upstreamlint.settings.config import Config

SECONDS = 120
"""How long git may take."""


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
    tracked = _git("diff", "--name-only", "--relative", "--no-renames", "-z", revision, "--")
    new = _git("ls-files", "--others", "--exclude-standard", "-z")
    return frozenset(p.decode(errors="replace") for p in (tracked + new).split(b"\0") if p)


def _touches(diagnostic: Diagnostic, changed: frozenset[str]) -> bool:
    return any(label.anchor.source.path in changed for label in diagnostic.labels)


def _at(revision: str, paths: Sequence[str], config: Config) -> tuple[Diagnostic, ...]:
    """What a revision's tree had, seen from the same folder in it."""
    with _tree(revision) as folder:
        there = [p for p in paths if os.path.exists(os.path.join(folder, p)) and not os.path.isabs(p)]
        if not there:
            return ()
        here = os.getcwd()
        os.chdir(folder)
        try:
            return engine.check(there, config).diagnostics
        except UsageError:
            return ()  # there was nothing to check yet
        finally:
            os.chdir(here)


@contextmanager
def _tree(revision: str) -> Iterator[str]:
    """The working directory as a revision has it, in a folder of its own."""
    archive = _git("archive", "--format=tar", revision, ".")
    with tempfile.TemporaryDirectory(prefix="upstreamlint-") as folder:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tree:
            tree.extractall(folder, filter="data")
        yield folder


def _git(*arguments: str) -> bytes:
    try:
        outcome = subprocess.run(  # noqa: S603 - the arguments are ours, the revision follows an option
            ["git", *arguments],  # noqa: S607 - the user's own git
            capture_output=True,
            check=False,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be asked what has changed: {error}") from error
    if outcome.returncode:
        reason = outcome.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git cannot say what has changed: {reason}")
    return outcome.stdout
