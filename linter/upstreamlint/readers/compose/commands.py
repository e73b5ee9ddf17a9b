"""Which files the commands of a repository give to Compose together: `docker compose -f base.yml -f web.yml up`.

Read are the texts in which people keep their commands, beside the files and in the folders around them. Files of one folder that are started one after
the other are of one project, too: its name is the folder's. A file that no command names is started by nobody.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join, parent

_TEXTS = patterns.compile(
    r"(?:readme|install|makefile|gnumakefile|justfile|taskfile|package\.json)|\.(?:md|rst|sh|mk|just)\Z"
)
_COMMAND = patterns.compile(r"docker[- ]compose\b((?:\\\r?\n|[^\n;&|])*)")
_FILE = patterns.compile(r"(?:\A|\s)(?:-f|--file)(?:=|\s+(?:\\\r?\n\s*)?)[\"']?([^\s\"'`\\]+\.ya?ml)")
_LEVELS = 2
_MOST_TEXTS = 40
_LONGEST = 200_000


def together(paths: Iterable[str], files: Files) -> dict[str, frozenset[str]]:
    """For each file that a command names beside others, all that commands name in its folder."""
    given = set(paths)
    folders = {parent(path) for path in given}
    found: dict[str, frozenset[str]] = {}
    for folder in sorted(folders):
        members = {path for path in given if parent(path) == folder}
        lists = (
            [tuple(p for p in one if p in members) for one in _lists(folder, files)]
            if len(members) > 1
            else []
        )
        if any(len(one) > 1 for one in lists):
            named = frozenset(path for one in lists for path in one)
            found.update(dict.fromkeys(named, named))
    return found


def _lists(folder: str, files: Files) -> Iterator[tuple[str, ...]]:
    """What each command names, as paths."""
    for above in _above(folder):
        names = [n for n in files.listing(above) if _TEXTS.search(n.lower())][:_MOST_TEXTS]
        for name in names:
            source = files.source(join(above, name))
            if source is None or len(source.text) > _LONGEST or "compose" not in source.text:
                continue
            for command in _COMMAND.finditer(source.text):
                named = _FILE.findall(command[1])
                # Where a script is started is not known: its own folder, or the one of the files.
                yield tuple(dict.fromkeys(join(start, n) for n in named for start in (above, folder)))


def _above(folder: str) -> Iterator[str]:
    for _ in range(_LEVELS + 1):
        yield folder
        if folder in (".", "/") or posixpath.dirname(folder) == folder:
            return
        folder = parent(folder)
