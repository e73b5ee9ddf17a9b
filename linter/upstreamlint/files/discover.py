"""Which files a run looks at, and which reader each is for.

A folder is walked; what `.gitignore` files, the configuration's `exclude`, and good sense leave out is left
out of the walk. A path that is named is taken, whatever it is.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from itertools import pairwise
from types import ModuleType

from upstreamlint.errors import UsageError
from upstreamlint.files import asked
from upstreamlint.files.gitignore import Patterns
from upstreamlint.files.kinds import (
    QUADLETS,
    SNIFFED,
    Kind,
    is_assertion,
    is_quadlet,
    kind_of_name,
    kind_of_text,
    may_be_proxy,
)
from upstreamlint.files.levels import Level, enclosing, ignored, prefixed, with_own
from upstreamlint.files.opener import MAX_BYTES
from upstreamlint.files.readable import decode, normal
from upstreamlint.run.result import Skipped
from upstreamlint.values import NamedTuple, frozen

NEVER = frozenset(
    {".git", ".hg", ".svn", ".cache", ".direnv", ".idea", ".vscode", ".terraform", ".terragrunt-cache"}
    | {".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", ".mypy_cache", ".pytest_cache"}
    | {".ruff_cache", "node_modules", "bower_components", "vendor", "Godeps"}
)
"""Folders that hold other people's files, or no configuration."""

TEST_DATA = frozenset(
    {"testdata", "test-data", "fixtures", "__fixtures__", "conformance", "golden", "goldens", "expected"}
    | {"snapshots", "__snapshots__", "fake", "fakes", "mocks", "__mocks__"}
)
"""Folders whose files are broken or partial on purpose: left out unless named."""

TEST_DATA_INSIDE = dict.fromkeys(
    ("test", "tests", "e2e"),
    frozenset(
        ["data", "resources", "output", "outputs", "helm-output", "expected-output", "generated", "rendered"]
    ),
)
"""Folders that hold such files inside folders of tests: `tests/data`, `src/test/resources`, `test/output`."""

PARKED = frozenset({"archived", ".archive", "_archive", ".archived", "_archived"})
"""Folders of what is put aside and applied no more, wherever they are; `archive` is one at the root of a tree: elsewhere it may be a program's."""

_KINDS_OF_TESTS = frozenset({"unit", "integration", "functional"})
"""Folders between the two: `tests/unit/data`."""

TESTS = frozenset({"kyverno-test.yaml", "kyverno-test.yml", "chainsaw-test.yaml", "chainsaw-test.yml"})
"""Files that say that those beside them are the data of a test.

They are held against policies, and applied to nothing (kyverno.io docs: Kyverno CLI, test), or are the steps of one that has
a namespace of its own (kyverno.github.io/chainsaw: tests).
"""

SUITE_OF_POLICIES = frozenset({"suite.yaml", "template.yaml"})
"""Files beside which `samples` are what a policy lets in and what it does not (open-policy-agent.github.io/gatekeeper: gator, suites)."""
_SAMPLES = "samples"

CHART = "Chart.yaml"
TEMPLATES = "templates"
LICENCES = ("LICENSE", "LICENCE", "COPYING")

REASON_ASSERTION = "what a test of kuttl or Chainsaw expects"
REASON_BINARY = "binary"
REASON_CHART = "Helm chart, not rendered"
REASON_LARGE = f"larger than {MAX_BYTES // 1_000_000} MB"
REASON_LINK = "symbolic link that leaves the folder"
REASON_PARKED = "put aside, read when named"
REASON_TEST_DATA = "test data, read when named"
REASON_UNREADABLE = "cannot be read"


class Found(NamedTuple):
    """A file to read: its path as shown to the user, and the reader it is for."""

    path: str
    kind: Kind


@frozen(kw_only=True)
class Discovery:
    """The files of a run, sorted by path; what was left out that a user may miss; the Helm charts' folders.

    `projects` are folders below those that were named that are projects of their own, told by their licence.
    """

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    charts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


def discover(paths: Iterable[str], exclude: Iterable[str] = (), base: str = ".") -> Discovery:
    """Find the files that are named by paths, or that lie in the folders that they name.

    `exclude` holds patterns in the manner of `.gitignore`, relative to the folder `base`.

    Raises:
        UsageError: a path does not exist or cannot be read.
    """
    excluded = Patterns(exclude)
    walk = _Walk([Level(prefixed(os.path.abspath(base)), excluded)] if excluded else [])
    for path in paths:
        shown = shown_path(path)
        if asked.is_folder(path):
            walk.root(shown, enclosing(shown))
        elif asked.is_file(path):
            walk.named(shown)
        elif asked.is_there(path):
            raise UsageError(f"`{path}` is neither a file nor a folder")
        else:
            raise UsageError(f"`{path}` does not exist")
    return Discovery(
        files=tuple(sorted(Found(path, kind) for path, kind in walk.files.items())),
        skipped=tuple(sorted(set(walk.skipped))),
        charts=tuple(sorted(walk.charts)),
        projects=tuple(sorted(walk.projects)),
    )


def shown_path(path: str) -> str:
    """A path as the user sees it: POSIX, relative to the working directory where it lies inside."""
    return shown_from(path, os.getcwd(), os.path)


def shown_from(path: str, here: str, flavour: ModuleType) -> str:
    """`shown_path` in the words of a system: `posixpath`, or `ntpath`, which has drives and minds no case."""
    path = normal(path.replace(flavour.sep, "/"))
    if flavour.isabs(path):
        folder = here.replace(flavour.sep, "/").rstrip("/") + "/"
        if flavour.normcase(path + "/") == flavour.normcase(folder):
            return "."
        if flavour.normcase(path).startswith(flavour.normcase(folder)):
            return path[len(folder) :]
    return path


def why_unread(path: str) -> str:
    """Why a file that was found gave no text."""
    try:
        data = asked.content(path)
    except OSError:
        return REASON_UNREADABLE
    if len(data) > MAX_BYTES:
        return REASON_LARGE
    return REASON_BINARY if decode(data) is None else REASON_UNREADABLE


class _Walk:
    """What has been found so far. No `.gitignore` takes back in what is excluded."""

    def __init__(self, excluded: list[Level]) -> None:
        self._excluded = excluded
        self.files: dict[str, Kind] = {}
        self.skipped: list[Skipped] = []
        self.charts: list[str] = []
        self.projects: list[str] = []

    def named(self, path: str) -> None:
        """Take a file that the user named: anything that does not look like nginx or httpd is read as YAML."""
        name = posixpath.basename(path)
        kind = kind_of_name(name)
        try:
            if asked.is_large(path):
                self.skipped.append(Skipped(path, REASON_LARGE))
                return
            start = _start(path)
        except OSError as error:
            raise UsageError(f"`{path}` cannot be read: {(error.strerror or str(error)).lower()}") from error
        if decode(start) is None:
            self.skipped.append(Skipped(path, REASON_BINARY))
            return
        self.files[path] = kind or kind_of_text(start) or Kind.YAML

    def root(self, path: str, levels: list[Level]) -> None:
        """Walk a folder that the user named."""
        absolute = os.path.abspath(path)
        if not os.access(absolute, os.R_OK | os.X_OK):
            raise UsageError(f"`{path}` cannot be read: permission denied")
        takes_test_data = _is_test_data(path)
        real_root = prefixed(asked.real(absolute))
        # Folders are never entered through links, so the walk is over a tree and has an end.
        todo = [("" if path == "." else prefixed(path), absolute, levels)]
        while todo:
            shown, folder, above = todo.pop()
            try:
                entries = asked.entries(folder)
            except OSError:
                self.skipped.append(Skipped(shown.rstrip("/") or ".", REASON_UNREADABLE))
                continue
            names = frozenset(entry.name for entry in entries)
            if folder != absolute and not takes_test_data and not TESTS.isdisjoint(names):
                self.skipped.append(Skipped(shown.rstrip("/"), REASON_TEST_DATA))
                continue
            here = with_own(folder, above) if ".gitignore" in names else above
            if CHART in names:
                self.charts.append(shown.rstrip("/") or ".")
            if folder != absolute and any(e.name.upper().startswith(LICENCES) for e in entries):
                self.projects.append(shown.rstrip("/"))
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    self._file(shown + entry.name, entry, here, real_root)
                elif self._enters(shown, entry, here, names, test_data=takes_test_data):
                    todo.append((f"{shown}{entry.name}/", entry.path, here))

    def _enters(
        self,
        shown: str,
        entry: os.DirEntry[str],
        levels: list[Level],
        beside: frozenset[str],
        *,
        test_data: bool,
    ) -> bool:
        """Whether to walk into a folder; says so when files are left out that a user may miss."""
        name = entry.name
        if name in NEVER or self._leaves_out(entry.path + "/", levels):
            return False
        if name in PARKED or (name == "archive" and not shown):
            self.skipped.append(Skipped(shown + name, REASON_PARKED))
            return False
        around = "/".join(shown.rstrip("/").split("/")[-2:])
        samples = name == _SAMPLES and beside >= SUITE_OF_POLICIES
        if not test_data and (samples or _is_test_data(f"{around}/{name}")):
            self.skipped.append(Skipped(shown + name, REASON_TEST_DATA))
            return False
        if CHART in beside and name == TEMPLATES:
            self.skipped.append(Skipped(shown.rstrip("/") or ".", REASON_CHART))
            return False
        return True

    def _leaves_out(self, path: str, levels: list[Level]) -> bool:
        return ignored(self._excluded, path) or ignored(levels, path)

    def _file(self, path: str, entry: os.DirEntry[str], levels: list[Level], real_root: str) -> None:
        kind = kind_of_name(entry.name)
        if entry.name.endswith(QUADLETS) and not self._leaves_out(entry.path, levels):
            self._quadlet(path, entry)
        if kind is None and not may_be_proxy(entry.name, posixpath.basename(posixpath.dirname(entry.path))):
            return
        if path in self.files or self._leaves_out(entry.path, levels):
            return
        try:
            reason = _why_not(entry, real_root)
            if reason:
                self.skipped.append(Skipped(path, reason))
                return
            if not (asked.is_file(entry.path) if entry.is_symlink() else entry.is_file()):
                return
            # nginx reads `sites-enabled` through an include: the target of a link there is found by itself.
            if entry.is_symlink() and kind in (None, Kind.NGINX):
                return
            kind = kind or kind_of_text(_start(entry.path))
        except OSError:
            self.skipped.append(Skipped(path, REASON_UNREADABLE))
            return
        if kind is not None:
            self.files[path] = kind

    def _quadlet(self, path: str, entry: os.DirEntry[str]) -> None:
        try:
            if entry.is_file(follow_symlinks=False) and is_quadlet(_start(entry.path)):
                self.files[path] = Kind.QUADLET
        except OSError:
            self.skipped.append(Skipped(path, REASON_UNREADABLE))


def _is_test_data(path: str) -> bool:
    """Whether a folder, or one above it, holds test data."""
    parts = path.split("/")
    nested = [part for part in parts if part not in _KINDS_OF_TESTS]
    inside = any(name in TEST_DATA_INSIDE.get(around, ()) for around, name in pairwise(nested))
    return inside or not TEST_DATA.isdisjoint(parts)


def _why_not(entry: os.DirEntry[str], real_root: str) -> str:
    """Why a file of a walk is not read, if so."""
    if entry.is_symlink() and not asked.real(entry.path).startswith(real_root):
        return REASON_LINK
    if is_assertion(entry.name):
        return REASON_ASSERTION
    return REASON_LARGE if asked.is_large(entry.path) else ""


def _start(path: str) -> bytes:
    return asked.content(path, SNIFFED)[:SNIFFED]
