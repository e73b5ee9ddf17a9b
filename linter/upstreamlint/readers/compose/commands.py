"""Which files the commands of a repository give to Compose together: `docker compose -f base.yml -f web.yml up`.

Read are the texts in which people keep their commands, beside the files and in the folders around them, and what the files say of
themselves. Files of one folder that are started one after the other are of one project, too: its name is the folder's. A file that no
command names is started by nobody.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.source import Source

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
    texts = _Texts(files)
    beside: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        beside[parent(path)].add(path)
    found: dict[str, frozenset[str]] = {}
    for folder, members in sorted(beside.items()):
        lists = (
            [tuple(p for p in one if p in members) for one in _lists(folder, texts)]
            if len(members) > 1
            else []
        )
        if any(len(one) > 1 for one in lists):
            named = frozenset(path for one in lists for path in one)
            found.update(dict.fromkeys(named, named))
    return found


def started_over_others(paths: Iterable[str], files: Files) -> frozenset[str]:
    """The files that commands start over one of another folder: `-f base/compose.yml -f addons/mail/compose.yml`."""
    given = set(paths)
    folders = sorted({parent(path) for path in given})
    if len(folders) == 1:
        return frozenset()
    texts = _Texts(files)
    own = [(parent(path), named) for path in sorted(given) for named in _commands(files.source(path))]
    around = [
        (above, named)
        for above in dict.fromkeys(above for folder in folders for above in _around(folder))
        for named in texts.commands(above)
    ]
    lists = (_at(named, start) for place, named in (*own, *around) for start in _above(place))
    return frozenset(
        path for one in lists if given.issuperset(one) for path in one[1:] if parent(path) != parent(one[0])
    )


class _Texts:
    """The texts in which people keep their commands, each folder's looked through once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._commands: dict[str, list[tuple[str, ...]]] = {}

    def commands(self, folder: str) -> list[tuple[str, ...]]:
        """What each command in the texts of a folder names."""
        if folder not in self._commands:
            names = [n for n in self._files.listing(folder) if _TEXTS.search(n.lower())][:_MOST_TEXTS]
            self._commands[folder] = [
                named for name in names for named in _commands(self._files.source(join(folder, name)))
            ]
        return self._commands[folder]


def _lists(folder: str, texts: _Texts) -> Iterator[tuple[str, ...]]:
    """What each command in the texts of a folder and of those around it names, as paths."""
    for above in _around(folder):
        for named in texts.commands(above):
            # Where a script is started is not known: its own folder, or the one of the files.
            yield tuple(dict.fromkeys((*_at(named, above), *_at(named, folder))))


def _around(folder: str) -> Iterator[str]:
    """A folder, and the nearest that it is in."""
    return islice(_above(folder), _LEVELS + 1)


def _commands(source: Source | None) -> Iterator[tuple[str, ...]]:
    if source is not None and len(source.text) <= _LONGEST and "compose" in source.text:
        yield from (tuple(_FILE.findall(command[1])) for command in _COMMAND.finditer(source.text))


def _at(named: tuple[str, ...], start: str) -> tuple[str, ...]:
    return tuple(join(start, name) for name in named)


def _above(folder: str) -> Iterator[str]:
    """A folder, and those that it is in."""
    while True:
        yield folder
        if folder in (".", "/") or posixpath.dirname(folder) == folder:
            return
        folder = parent(folder)
