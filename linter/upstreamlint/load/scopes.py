"""Plain files that are deployed apart: scopes that the user declared, and projects inside a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from upstreamlint.files.readable import parent
from upstreamlint.graph.problems import Problem
from upstreamlint.settings.config import Config, covers
from upstreamlint.values import frozen


@frozen
class Part:
    """Resources and problems of files that see nothing of the others; the files by their paths.

    `declared` says that the user listed what is deployed together.
    """

    name: str
    declared: bool
    resources: tuple[object, ...]
    problems: tuple[Problem, ...]
    files: frozenset[str]


def parts(
    resources: Iterable[object], problems: Iterable[Problem], config: Config, projects: Sequence[str]
) -> list[Part]:
    """Cut what plain files hold into what is deployed together; the last part is what no scope claims.

    A file may be in several declared scopes: a base that two environments share. One that is in none goes
    to the innermost project that it lies in.
    """
    if not config.scopes and not projects:
        return [Part("", False, tuple(resources), tuple(problems), frozenset())]
    inner = frozenset(projects)
    declared = [(", ".join(patterns), patterns) for patterns in config.scopes]
    by_scope: dict[str, tuple[list[object], list[Problem], set[str]]] = {}
    for item in (*resources, *problems):
        path = place(item)
        names = [name for name, patterns in declared if any(_inside(path, p) for p in patterns)]
        for name in names or [_project(path, inner)]:
            own, faults, files = by_scope.setdefault(name, ([], [], set()))
            files.add(path)
            if isinstance(item, Problem):
                faults.append(item)
            else:
                own.append(item)
    rest = by_scope.pop("", ([], [], set()))
    by_name = dict(declared)
    found = [
        Part(name, name in by_name, tuple(r), tuple(p), frozenset(f))
        for name, (r, p, f) in sorted(by_scope.items())
    ]
    return [*found, Part("", False, tuple(rest[0]), tuple(rest[1]), frozenset(rest[2]))]


def place(item: object) -> str:
    """The path of the file that a resource or problem is in."""
    anchor = getattr(item, "anchor", None) or getattr(getattr(item, "meta", None), "anchor", None)
    return anchor.source.path if anchor is not None else ""


def _inside(path: str, pattern: str) -> bool:
    pattern = pattern.removeprefix("./").rstrip("/")
    return pattern in ("", ".") or path == pattern or path.startswith(f"{pattern}/") or covers(pattern, path)


def _project(path: str, projects: Collection[str]) -> str:
    """The innermost project around a file."""
    while path not in (".", "/", ""):
        path = parent(path)
        if path in projects:
            return path
    return ""
