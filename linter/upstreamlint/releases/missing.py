"""Folders and files of values that releases of this tree name and that are not there.

Whether the repository of a statement is this one, and where its root is, is told by the others that speak of it: one that leads
nowhere is a slip of the hand where another folder has the name but for that, and doubtful where all the others are here.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.problems import MissingPartProblem
from upstreamlint.releases.astray import meant
from upstreamlint.releases.located import root_of
from upstreamlint.releases.release import Stated, ValuesFile
from upstreamlint.releases.templates import is_known

_SEVERAL = 3
_REVISION = "the revision that it is taken from has no more than what is here"


def missing(stated: Sequence[Stated], files: Files) -> Iterator[MissingPartProblem]:
    """What the statements lack, each place once."""
    roots: dict[str, list[str]] = defaultdict(list)
    lost: dict[str, dict[str, Stated]] = defaultdict(dict)
    for one in stated:
        root = root_of(one, files)
        if root is not None:
            roots[one.repository].append(root)
        elif one.repository and is_known(one.path):
            lost[one.repository][one.path] = one
    told: set[Scalar] = set()
    for repository, found in roots.items():
        astray = lost.get(repository, {})
        if len(found) < len(astray):
            continue
        (root, _), *_ = Counter(found).most_common(1)
        own = [one for one in stated if one.repository == repository]
        taken = {join(root, one.path.lstrip("/")) for one in own}
        sure = len(found) >= _SEVERAL and len(astray) == 1
        for one in own:
            named = (
                [(one.written, join(root, one.path.lstrip("/")))]
                if one.path in astray
                else _values(one, root, files)
            )
            for written, path in named:
                problem = _problem(written, path, taken, files, sure=sure) if written not in told else None
                if written is not None and problem is not None:
                    told.add(written)
                    yield problem


def _values(one: Stated, root: str, files: Files) -> Iterator[tuple[Scalar | None, str]]:
    """The files of values of a chart that are not there."""
    folder = join(root, one.path.lstrip("/"))
    for item in one.values if files.is_file(join(folder, CHART)) else ():
        if (
            isinstance(item, ValuesFile)
            and not item.optional
            and is_known(item.path)
            and "://" not in item.path
        ):
            path = join(
                root if item.from_root or item.path.startswith("/") else folder, item.path.lstrip("/")
            )
            if not any(c in path for c in "*?[") and files.knows(path) and files.source(path) is None:
                yield item.written, path


def _problem(
    written: Scalar | None, path: str, taken: set[str], files: Files, *, sure: bool
) -> MissingPartProblem | None:
    other = meant(path, files)
    if written is None or is_placeholder(written.value) or not (other or sure):
        return None
    shown = posixpath.relpath(other, posixpath.dirname(path)) if other else ""
    shown = posixpath.normpath(join(posixpath.dirname(written.value), shown)) if shown else ""
    return MissingPartProblem(
        written.anchor,
        f"`{written.value}` is not there" + (f": there is `{shown}`" if shown else ""),
        help=f"write `{shown}`" if shown else "correct the path, or add what it leads to",
        assumption="" if other and other not in taken else _REVISION,
    )
