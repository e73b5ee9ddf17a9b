"""What a chart is made of: the files of its folder, and of the folders of the charts that it takes."""

from __future__ import annotations

import posixpath

from upstreamlint.files import asked
from upstreamlint.files.readable import DiskFiles, join
from upstreamlint.render.helm_local import Local, local
from upstreamlint.render.reach import OUTSIDE
from upstreamlint.values import NamedTuple

LONGEST = 64_000_000
"""Bytes of a file of a chart; Helm itself takes less."""


class Held(NamedTuple):
    """What a chart is made of: each file's path in it with what tells its content, or why not to render it.

    `local` are the charts that it takes from other folders, whose files are among them.
    """

    files: tuple[tuple[str, str], ...]
    refusal: str
    local: tuple[Local, ...] = ()


def held(folder: str, files: DiskFiles) -> Held:
    """Look through a chart's folder, and those of the charts that it takes; a link in one must not lead out of what may be read."""
    own = _within(folder, files)
    if own is None:
        return Held((), OUTSIDE)
    found = dict(own)
    taken = local(folder, files)
    of_folders = {one: _within(one, files) for one in dict.fromkeys(one.folder for one in taken)}
    if None in of_folders.values():
        taken = ()
    for one in taken:
        found |= {f"{one.printed}/{path}": content for path, content in of_folders[one.folder] or ()}
    return Held(tuple(sorted(found.items())), "", taken)


def _within(folder: str, files: DiskFiles) -> list[tuple[str, str]] | None:
    """The files of a folder with what tells their content; nothing when it leads out of what may be read."""
    found: list[tuple[str, str]] = []
    entered: set[str] = set()
    todo = [""]
    while todo:
        inside = todo.pop()
        here = join(folder, inside)
        if (where := asked.real(here)) in entered:
            continue
        entered.add(where)
        for name in files.listing(here):
            path = posixpath.join(inside, name)
            if not files.knows(join(folder, path)):
                return None
            if name in _HISTORY:
                continue
            if files.is_folder(join(folder, path)):
                todo.append(path)
            else:
                found.append((path, _content(join(folder, path), files)))
    return found


_HISTORY = frozenset({".git", ".hg", ".svn", ".bzr"})
"""Folders that no template prints, and that change with every commit."""


def _content(path: str, files: DiskFiles) -> str:
    """What tells a file's content; nothing when it cannot be read, or is too long to tell."""
    source = files.source(path) if path in files.edited else None
    if source is not None:
        return asked.digest(source.text.encode(errors="surrogatepass"))
    try:
        data = asked.content(path, LONGEST)
    except OSError:
        return ""
    return asked.digest(data) if len(data) <= LONGEST else ""
