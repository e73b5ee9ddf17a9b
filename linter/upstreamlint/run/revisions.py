"""The trees of a git repository, each laid out in a folder of its own; the user's tree is only read.

Contents come from git's database as they are: what `git archive` leaves out or rewrites (`export-ignore`, filters) is
there too, and nothing that a repository configures is run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from upstreamlint.errors import UsageError
from upstreamlint.files import opener
from upstreamlint.files.kinds import kind_of_name
from upstreamlint.files.opener import MAX_BYTES
from upstreamlint.numerals import decimal
from upstreamlint.typed import IO
from upstreamlint.values import NamedTuple

SECONDS = 120
"""How long one question to git may take."""

WORKING = "working tree"
"""What reports call the files as they are now."""

_FILES = ("100644", "100755", "100664")
_LINK = "120000"
_MISSING = "BAD"
"""What git gives as the size of a content that it does not have."""


class Blob(NamedTuple):
    """A file of a tree: its mode, the name of its content in git's database, and its path from the root."""

    mode: str
    name: str
    path: str


def ask(*arguments: str, fails: bool = False) -> bytes:
    """What git answers; nothing when it cannot, and `fails` says that it may.

    Raises:
        UsageError: it is not there, or cannot answer.
    """
    try:
        outcome = subprocess.run(  # noqa: S603 - the arguments are ours, a revision follows an option
            _command(arguments), capture_output=True, check=False, timeout=SECONDS, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git cannot be asked what has changed: {error}") from error
    if outcome.returncode and not fails:
        reason = outcome.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git cannot say what has changed: {reason}")
    return outcome.stdout


def commit(revision: str) -> str:
    """The commit that a revision names.

    Raises:
        UsageError: there is none, or no repository.
    """
    is_shallow = ask("rev-parse", "--is-shallow-repository").strip() == b"true"
    found = ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", fails=True)
    if not found:
        why = ", and this clone is shallow: fetch more of its history" if is_shallow else ""
        raise UsageError(f"git cannot say what has changed: no commit is named `{revision}`{why}")
    return found.decode().strip()


def is_revision(text: str) -> bool:
    """Whether git knows a commit of this name."""
    try:
        commit(text)
    except UsageError:
        return False
    return True


def fork(one: str, other: str) -> str:
    """The commit that two revisions come from."""
    return ask("merge-base", commit(one), commit(other)).decode().strip()


def renamed(before: str, after: str | None) -> dict[str, str]:
    """Where files have moved between two commits, or up to the tracked files as they are now: old path to new.

    Paths are relative to the working directory.
    """
    states = [commit(before), *([commit(after)] if after is not None else [])]
    # Otherwise git writes down, in its index, which files it has looked at.
    quiet = ("-c", "diff.autoRefreshIndex=false", "diff", "--no-ext-diff", "--no-textconv", "--relative")
    found = b""
    # Without the contents of some files git cannot tell what is alike, but still what is the same.
    for alike in ("50%", "100%"):
        options = (f"--find-renames={alike}", "--diff-filter=R", "--name-status", "-z")
        found = found or ask(*quiet, *options, *states, "--", fails=True)
    words = found.split(b"\0")
    return {os.fsdecode(old): os.fsdecode(new) for old, new in zip(words[1::3], words[2::3], strict=False)}


@contextmanager
def tree(revision: str | None) -> Iterator[str]:
    """The tree of a revision, or the tracked and new files as they are now, seen from the working directory.

    The folder holds the whole repository, so that what lies above the working directory is there too.
    """
    prefix = os.fsdecode(ask("rev-parse", "--show-prefix").rstrip(b"\n"))
    with tempfile.TemporaryDirectory(prefix="upstreamlint-") as root:
        # The root of a repository ends the search for `.gitignore` and for the configuration.
        os.mkdir(os.path.join(root, ".git"))
        if revision is None:
            _copy(root)
        else:
            _lay_out(_blobs(commit(revision)), root)
        place = os.path.join(root, prefix)
        os.makedirs(place, exist_ok=True)
        yield place


def _blobs(revision: str) -> list[Blob]:
    """The files of a commit that may be configuration.

    Raises:
        UsageError: the clone does not hold one of them.
    """
    found = []
    for line in ask("ls-tree", "-r", "-l", "-z", "--full-tree", revision).split(b"\0"):
        words, tab, path = line.partition(b"\t")
        if not tab:
            continue
        mode, _, name, size = words.decode().split()
        if size == _MISSING and kind_of_name(os.path.basename(os.fsdecode(path))) is not None:
            raise UsageError(
                f"git lacks contents of `{revision[:12]}`, among them `{os.fsdecode(path)}`: a partial clone leaves them "
                "on the server; fetch them first"
            )
        if (mode in _FILES or mode == _LINK) and decimal(size, MAX_BYTES) is not None:
            found.append(Blob(mode, name, os.fsdecode(path)))
    return [blob for blob in found if _is_inside(blob.path)]


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)


def _lay_out(blobs: list[Blob], root: str) -> None:
    links: list[tuple[str, str]] = []
    with tempfile.TemporaryFile() as wanted:
        wanted.writelines(f"{blob.name}\n".encode() for blob in blobs)
        wanted.seek(0)
        process = subprocess.Popen(  # noqa: S603 - the arguments are ours
            _command(("cat-file", "--batch")),
            stdin=wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )
        with process:
            contents = process.stdout
            if contents is None:
                return
            for blob in blobs:
                content = _next(contents)
                if content is None:
                    continue
                if blob.mode == _LINK:
                    links.append((blob.path, os.fsdecode(content)))
                else:
                    _write(os.path.join(root, blob.path), content)
    _link(links, root)


def _next(contents: IO[bytes]) -> bytes | None:
    """The next content of `cat-file --batch`; nothing for one that the database lacks."""
    words = contents.readline().split()
    if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - its name, type and size
        return None
    content = contents.read(decimal(words[2].decode()) or 0)
    contents.read(1)
    return content


def _copy(root: str) -> None:
    """The files that the user's tree holds now, without what git is told to ignore."""
    top = os.fsdecode(ask("rev-parse", "--show-toplevel").rstrip(b"\n"))
    links: list[tuple[str, str]] = []
    for name in ask("-C", top, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split(b"\0"):
        path = os.fsdecode(name)
        if not _is_inside(path):
            continue
        here = os.path.join(top, path)
        try:
            if os.path.islink(here):
                links.append((path, os.readlink(here)))
                continue
            content = opener.content(here, links=False)
        except OSError:
            continue  # deleted, or a repository inside this one
        if len(content) <= MAX_BYTES:
            _write(os.path.join(root, path), content)
    _link(links, root)


def _write(path: str, content: bytes) -> None:
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as stream:
            stream.write(content)
    except (FileExistsError, NotADirectoryError):
        return  # names that this file system takes for one


def _link(links: Iterable[tuple[str, str]], root: str) -> None:
    """Make the symbolic links that stay inside, when no file is written any more."""
    for path, target in links:
        folder = os.path.dirname(path)
        if os.path.isabs(target) or os.path.normpath(os.path.join(folder, target)).split(os.sep)[0] == "..":
            continue
        try:
            os.makedirs(os.path.join(root, folder), exist_ok=True)
            os.symlink(target, os.path.join(root, path))
        except OSError:
            continue


def _command(arguments: Iterable[str]) -> list[str]:
    git = shutil.which("git")
    if git is None:
        raise UsageError("git cannot be asked what has changed: it is not installed")
    return [git, "-c", "core.fsmonitor=false", *arguments]


def _environment() -> dict[str, str]:
    """What git runs with: objects that are missing are not asked of a server."""
    return {**os.environ, "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
