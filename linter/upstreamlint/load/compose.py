"""Docker Compose: which files make which project, the projects themselves, and what keeps them from loading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.graph.problems import Problem, SyntaxProblem
from upstreamlint.load.manifests import broken
from upstreamlint.model.compose import Project, project
from upstreamlint.model.compose.settled import settled
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.commands import together
from upstreamlint.readers.compose.discover import discover
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.home import home
from upstreamlint.readers.compose.load import load as read
from upstreamlint.readers.fault import Fault
from upstreamlint.run.result import Skipped
from upstreamlint.values import replace

_PIECE = "a piece of a Compose project: what another file may change of it is not judged"
_VERSION_1 = "Compose file of version 1, which Compose 2 does not read"

_OF_ANOTHER = "a template of another tool, which was not rendered"
_TEMPLATE = patterns.compile(
    r"\n[ \t]*+(?:\{[{%]|@\w+[ \t]*\r?$|\$\{\w+\}[\w.-]*[ \t]*:[ \t]*\r?$)", re.MULTILINE
)
"""Where a line begins with what a tool replaces, Compose does not read the file: it replaces nothing in keys, and in values it may be Swarm that does."""
_NAMED = patterns.compile(r"compose[^/]*\Z")


def _problem(fault: LoadFault) -> Problem:
    """Text that Compose cannot read; it refuses a key that stands twice."""
    if fault.kind == "limit" or fault.message.startswith("mapping key "):
        return SyntaxProblem(fault.anchor, fault.message, fault.related)
    return broken(fault.anchor.source, fault)


def _without_filled_in(loaded: Project, files: Files) -> Project:
    """A project without the volumes that a script beside it writes another word for: `sed -i "s,HOST_PATH,$PWD,"`."""
    missing = [fault for fault in loaded.faults if fault.kind == "undefined-volume"]
    if not missing:
        return loaded
    words = set(_replaced(parent(loaded.files[0]), files))
    filled = {id(f) for f in missing if any(word in f.message for word in words)}
    return replace(loaded, faults=tuple(f for f in loaded.faults if id(f) not in filled))


def _replaced(folder: str, files: Files) -> Iterator[str]:
    """The words that scripts of a folder replace in files."""
    for name in files.listing(folder):
        if name == "Makefile" or name.endswith(".sh"):
            source = files.source(join(folder, name))
            if source is not None:
                yield from (found[2] for found in _SED.finditer(source.text))


_SED = patterns.compile(r"\bsed[ \t][^\n]{0,80}?\bs([,/|#@])(\w{3,80})\1")


def load(run: Run) -> Found:
    """Load every project among the YAML files of a run."""
    files = run.files
    candidates = [s for s in run.sources if "services" in s.text or "compose" in s.path]
    templates = {s.path for s in candidates if _TEMPLATE.search(f"\n{s.text}") is not None}
    projects: list[Project] = []
    problems: dict[tuple[object, str], Problem] = {}
    skipped = {path: Skipped(path, _OF_ANOTHER) for path in sorted(templates) if _NAMED.search(path)}
    for candidate in discover((s.path for s in candidates if s.path not in templates), files):
        given = candidate.fragment or not candidate.default
        tree = read(candidate.paths, files, home=home(candidate.paths[0], files) if given else None)
        loaded = project(replace(tree, fragment=tree.fragment or candidate.fragment), files)
        if not loaded.files:
            continue
        loaded = _without_filled_in(loaded, files)
        projects.append(loaded)
        for fault in loaded.faults:
            if fault.kind in ("syntax", "limit"):
                problems.setdefault((fault.anchor, fault.message), _problem(fault))
        for over in _overruns(loaded):
            problems.setdefault((over.anchor, over.message), SyntaxProblem(over.anchor, over.message))
        if loaded.fragment:
            old = any(fault.kind == "version-1" for fault in loaded.faults)
            first = loaded.files[0]
            skipped.setdefault(first, Skipped(first, _VERSION_1 if old else _PIECE))
    named = together((p.files[0] for p in projects if len(p.files) == 1), files)
    projects = [replace(p, together=named.get(p.files[0], frozenset())) for p in settled(projects)]
    return Found(
        resources=(*projects, *(s for p in projects for s in p.services.values())),
        problems=tuple(problems.values()),
        skipped=tuple(skipped.values()),
        taken=frozenset(path for p in projects for path in p.files),
    )


def _overruns(loaded: Project) -> Iterator[Fault]:
    """What is more than may be made of the Dockerfiles that a project builds."""
    for service in loaded.services.values():
        if service.stage is not None:
            yield from service.stage.faults
