"""The reasons why Compose does not load a project that hold whatever the surroundings are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.graph import Graph
from upstreamlint.graph.likeness import near_names
from upstreamlint.model.compose import Project
from upstreamlint.readers.compose.discover import DEFAULT_NAMES
from upstreamlint.readers.compose.faults import LoadFault

REPORTED_ELSEWHERE = frozenset({"syntax", "limit", "undefined-service", "inactive-service", "cycle"})
"""Kinds of fault that rules of their own report."""

_SURROUNDINGS = frozenset({"required-variable", "missing-file", "version-1", "empty", "no-image"})
"""What depends on the environment, on files that are not checked in, or on the other files of a set."""

_BLANK = patterns.compile(r"<[A-Za-z][\w -]*>")
_UNDEFINED = frozenset(
    {"undefined-service", "inactive-service", "undefined-volume", "undefined-config", "undefined-secret"}
)
"""Names that another file of a set may define."""


def load_faults(graph: Graph) -> Iterator[tuple[Project, LoadFault]]:
    """Each fault once, with a project that has it.

    A project that lacks several things is a piece of a set, whatever its name; a single one was forgotten. So
    were volumes, however many, where `docker compose up` finds the file by itself, and a network that is all that is missing, where no
    other file could bring it.
    """
    seen: set[tuple[object, str]] = set()
    alone = len(graph.nodes(Project)) == 1
    for project in graph.nodes(Project):
        if any(fault.kind == "version-1" for fault in project.faults):
            continue
        missing = {_name(fault) for fault in project.faults if fault.kind in _UNDEFINED}
        networks = {_name(fault) for fault in project.faults if fault.kind == "undefined-network"}
        found_by_itself = posixpath.basename(project.files[0]) in DEFAULT_NAMES
        for fault in project.faults:
            key = (fault.anchor, fault.message)
            piece = project.fragment or (
                len(missing) > 1 and not (found_by_itself and fault.kind == "undefined-volume")
            )
            sure = found_by_itself and (
                _misspelt(fault, project) or (alone and not missing and len(networks) == 1)
            )
            if fault.kind == "undefined-network" and not sure:
                continue
            # `docker stack deploy` reads by rules of its own, and leaves out what it does not know.
            stack = fault.kind == "conflict" and "stack" in posixpath.basename(project.files[0])
            vague = stack or fault.kind in _SURROUNDINGS or (piece and fault.kind in _UNDEFINED)
            vague = vague or _is_template(fault)
            if not vague and key not in seen:
                seen.add(key)
                yield project, fault


def _is_template(fault: LoadFault) -> bool:
    """Whether the line has yet to be filled in: `{{ cookiecutter.name }}:` and `<service_name>:` are the names of no service."""
    line = fault.anchor.source.line(fault.anchor.line)
    return "{{" in line or "{%" in line or _BLANK.search(line) is not None


def _misspelt(fault: LoadFault, project: Project) -> bool:
    """Whether a network that is not there comes near one that is: it was not meant to come from another file."""
    return bool(near_names(_name(fault), project.networks.keys()))


def _name(fault: LoadFault) -> str:
    return fault.message.rsplit(" ", 1)[-1]
