"""Docker Compose: which files make which project, the projects themselves, and what keeps them from loading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from upstreamlint.files import Files
from upstreamlint.graph.problems import Problem, SyntaxProblem
from upstreamlint.model.compose import ComposeService, Project, project
from upstreamlint.readers.compose import discover, load
from upstreamlint.result import Skipped
from upstreamlint.values import frozen

_PIECE = "a piece of a Compose project: what it lacks is not judged"
_VERSION_1 = "Compose file of version 1, which Compose 2 does not read"


@frozen(kw_only=True)
class Composed:
    """The projects of a tree; `paths` are the files that belong to them, and to no other technology."""

    projects: tuple[Project, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[Skipped, ...]
    paths: frozenset[str]

    @property
    def resources(self) -> tuple[Project | ComposeService, ...]:
        """The projects and their services."""
        return (*self.projects, *(s for p in self.projects for s in p.services.values()))


def compose(paths: Iterable[str], files: Files) -> Composed:
    """Load every project among the files of a run."""
    projects: list[Project] = []
    problems: dict[tuple[object, str], Problem] = {}
    skipped: dict[str, Skipped] = {}
    for candidate in discover(paths, files):
        tree = load(candidate.paths, files)
        loaded = project(replace(tree, fragment=tree.fragment or candidate.fragment), files)
        if not loaded.files:
            continue
        projects.append(loaded)
        for fault in loaded.faults:
            if fault.kind == "syntax":
                found = SyntaxProblem(fault.anchor, fault.message, fault.related)
                problems.setdefault((fault.anchor, fault.message), found)
        if loaded.fragment:
            old = any(fault.kind == "version-1" for fault in loaded.faults)
            first = loaded.files[0]
            skipped.setdefault(first, Skipped(first, _VERSION_1 if old else _PIECE))
    return Composed(
        projects=tuple(projects),
        problems=tuple(problems.values()),
        skipped=tuple(skipped.values()),
        paths=frozenset(path for p in projects for path in p.files),
    )
