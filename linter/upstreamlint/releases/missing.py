"""Folders and files of values that releases of this tree name and that are not there.

Whether the repository of a statement is this one, and where its root is, is told by the others that speak of it: one that leads
nowhere is a slip of the hand where another folder has the name but for that, and doubtful where all the others are here. Of a repository
that nothing else speaks of, a path that begins as one of this tree does, and ends in a slip of it, tells as much.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint.documents import Scalar
from upstreamlint.files.discover import CHART
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.problems import MissingPartProblem
from upstreamlint.releases.astray import may_be_made, meant
from upstreamlint.releases.located import above, root_of
from upstreamlint.releases.release import Stated, ValuesFile
from upstreamlint.releases.templates import is_known
from upstreamlint.values import replace

_SEVERAL = 3
_REVISION = "the revision that it is taken from has no more than what is here"
_REPOSITORY = "its repository is this one"


def missing(stated: Sequence[Stated], files: Files) -> Iterator[MissingPartProblem]:
    """What the statements lack, each place once."""
    by_repository: dict[str, list[Stated]] = defaultdict(list)
    for one in stated:
        by_repository[one.repository].append(one)
    # Where one repository is shown to be this one, another is another.
    untold = not any(one.repository and root_of(one, files) is not None for one in stated)
    told: set[Scalar] = set()
    for repository, own in by_repository.items():
        found = [root for one in own if (root := root_of(one, files)) is not None]
        astray = {
            one.path for one in own if repository and is_known(one.path) and root_of(one, files) is None
        }
        if not found:
            yield from _alone(own, files) if untold and len(astray) == 1 else ()
            continue
        if len(found) < len(astray):
            continue
        (root, _), *_ = Counter(found).most_common(1)
        taken = Counter(join(root, one.path.lstrip("/")) for one in own)
        lost = {path for one in own if one.path not in astray for _, path in _values(one, root, files)}
        for one in own:
            if one.path in astray:
                path = join(root, one.path.lstrip("/"))
                named: list[tuple[Scalar | None, str]] = [(one.written, path)]
                sure = len(astray) == 1 and (len(found) >= _SEVERAL or _is_single(path, files))
            else:
                named = list(_values(one, root, files))
                sure = len(lost) == 1 and not any(_is_made(path, files) for path in lost)
            for written, path in named:
                problem = _problem(written, path, taken, files, sure=sure) if written not in told else None
                if written is not None and problem is not None:
                    told.add(written)
                    yield problem


def _alone(own: Sequence[Stated], files: Files) -> Iterator[MissingPartProblem]:
    """What the only statement of a repository lacks: where its path begins as one of this tree does, a slip of the hand is left."""
    for one in own[:1]:
        roots = above(parent(one.said.source.path)) if one.repository and one.written is not None else ()
        for root in roots:
            problem = _problem(one.written, join(root, one.path.lstrip("/")), Counter(), files, sure=False)
            if problem is not None:
                yield problem if "/" in one.path.strip("/") else replace(problem, assumption=_REPOSITORY)
                return


def _is_made(path: str, files: Files) -> bool:
    """Whether a file is seldom kept with others: it is made, or holds a secret."""
    return "secret" in path.lower() or may_be_made(path, files)


def _is_single(path: str, files: Files) -> bool:
    """Whether there is one folder beside a path, and no more."""
    folders = [n for n in files.listing(parent(path)) if files.is_folder(join(parent(path), n))]
    return len(folders) == 1


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
    written: Scalar | None, path: str, taken: Counter[str], files: Files, *, sure: bool
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
        # What one other takes may be another thing of nearly the same name; what several share is shared.
        assumption="" if other and (taken[other] != 1 or _is_single(path, files)) else _REVISION,
    )
