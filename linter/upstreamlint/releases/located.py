"""Which folder of this tree a stated release means, and which files hold its values.

A path in a repository is seen from its root. Which folder that is nobody says; it is the nearest one above the
statement from which the path leads to something. Whether the repository is this one is told by whether most of the
paths that are stated of it are here: a tree of applications often speaks of other repositories too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join, matching, parent
from upstreamlint.releases.release import Release, Stated, Values, ValuesFile, of_file
from upstreamlint.releases.templates import UNKNOWN, is_known
from upstreamlint.run.result import Skipped
from upstreamlint.source import Anchor


def located(stated: Sequence[Stated], files: Files) -> Iterator[Release | Skipped]:
    """The releases of this tree, and those of it that cannot be told, each reason once."""
    roots = [root_of(one, files) for one in stated]
    here: Counter[str] = Counter()
    for one, root in zip(stated, roots, strict=True):
        here[one.repository] += -1 if root is None else 1
    torn = {one.said for one, root in zip(stated, roots, strict=True) if root is None}
    untold: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one, root in zip(stated, roots, strict=True):
        if root is None or (one.repository and here[one.repository] < 0):
            continue
        found = _release(one, root, files, torn)
        if isinstance(found, Release):
            yield found
        else:
            untold[one.said.source.path, found].append(one.title)
    for (path, why), titles in untold.items():
        first, *others = dict.fromkeys(titles)
        named = f"{first} and {len(others)} more are" if others else f"{first} is"
        yield Skipped(path, f"{named} not rendered: {why}", needed=True)


def root_of(stated: Stated, files: Files) -> str | None:
    """The folder that the paths of a statement are seen from; nothing when its path leads nowhere from any."""
    if not is_known(stated.path):
        return None
    own = parent(stated.said.source.path)
    for root in [own] if not stated.repository else above(own):
        folder = join(root, stated.path.lstrip("/"))
        # That `.` leads to a folder is no evidence: it does from anywhere.
        leads = folder != root or not stated.repository or files.is_file(join(folder, CHART))
        if leads and files.is_folder(folder) and files.listing(folder):
            return root
    return None


def above(folder: str) -> Iterator[str]:
    """A folder and those above it, as far as its name tells."""
    while True:
        yield folder
        if folder == parent(folder):
            return
        folder = parent(folder)


def _release(one: Stated, root: str, files: Files, torn: Collection[Anchor]) -> Release | str:
    """A release of this tree, or why what it gets is not known."""
    folder = join(root, one.path.lstrip("/"))
    values: list[Values] = []
    for item in one.values if files.is_file(join(folder, CHART)) else ():
        if isinstance(item, Values):
            values.append(item)
            continue
        found = _files(item, root, folder, files)
        if not found and not item.optional:
            return _missing(item.path)
        values.extend(found)
    return one.doubt or Release(
        folder=folder,
        title=one.title,
        name=one.name if is_known(one.name) else "",
        namespace=one.namespace if is_known(one.namespace) else "",
        values=tuple(values),
        set=one.set,
        over=one.over,
        said=one.said,
        open=one.open or one.said in torn,
    )


def _missing(path: str) -> str:
    shown = path.replace(UNKNOWN, "…")
    if is_known(path):
        return f"its values `{shown}` are not among the files"
    return f"which of the values `{shown}` it gets is not known"


def _files(named: ValuesFile, root: str, folder: str, files: Files) -> list[Values]:
    """The values in the files that a name means."""
    if not is_known(named.path) or "://" in named.path:
        return []
    base = root if named.from_root or named.path.startswith("/") else folder
    path = join(base, named.path.lstrip("/"))
    found = matching(files, path) if any(c in path for c in "*?[") else [path]
    return [of_file(source) for file in found if (source := files.source(file)) is not None]
