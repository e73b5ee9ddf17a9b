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

REPORTED_ELSEWHERE = frozenset(
    {"syntax", "limit", "undefined-service", "inactive-service", "cycle", "unit-key"}
)
"""Kinds of fault that rules of their own report."""

_SURROUNDINGS = frozenset({"required-variable", "missing-file", "version-1", "empty", "no-image"})
"""What depends on the environment, on files that are not checked in, or on the other files of a set."""

_TOGETHER = "no other file is given to Compose with this one"
_BLANK = patterns.compile(r"<[A-Za-z][\w -]*>|(?<![\w$/{])[A-Z][A-Z0-9]*_[A-Z0-9_]{1,100}/")
_UNDEFINED = frozenset(
    {"undefined-service", "inactive-service", "undefined-volume", "undefined-config", "undefined-secret"}
)
"""Names that another file of a set may define."""


def load_faults(graph: Graph) -> Iterator[tuple[Project, LoadFault, str]]:
    """Each fault once, with a project that has it, and what that rests on.

    A project that lacks several things is a piece of a set, whatever its name; a single one was forgotten. So
    were volumes, however many, where `docker compose up` finds the file by itself, and a name that is all that is missing, where no
    other file could bring it. A file of another name may still be given together with one that is not here.
    """
    seen: set[tuple[object, str]] = set()
    for project in graph.nodes(Project):
        if any(fault.kind == "version-1" for fault in project.faults):
            continue
        missing = {_name(fault) for fault in project.faults if fault.kind in _UNDEFINED}
        networks = {_name(fault) for fault in project.faults if fault.kind == "undefined-network"}
        found_by_itself = posixpath.basename(project.files[0]) in DEFAULT_NAMES
        lost = missing | networks
        forgotten = (
            len(lost) == 1
            and not lost & _spoken_of(project, graph)
            and (found_by_itself or _is_whole(project))
        )
        for fault in project.faults:
            key = (fault.anchor, fault.message)
            piece = project.fragment or (
                len(missing) > 1 and not (found_by_itself and fault.kind == "undefined-volume")
            )
            piece = piece and not (forgotten and (not found_by_itself or fault.kind == "undefined-network"))
            known = forgotten or (found_by_itself and _misspelt(fault, project))
            if fault.kind == "undefined-network" and (not known or piece):
                continue
            apart = project.fragment or fault.kind == "undefined-network"
            apart = apart and fault.kind in (*_UNDEFINED, "undefined-network")
            doubt = _TOGETHER if apart and not _misspelt(fault, project) else ""
            # `docker stack deploy` reads by rules of its own, and leaves out what it does not know.
            stack = fault.kind == "conflict" and "stack" in posixpath.basename(project.files[0])
            vague = stack or fault.kind in _SURROUNDINGS or (piece and fault.kind in _UNDEFINED)
            vague = vague or _is_template(fault)
            if not vague and key not in seen:
                seen.add(key)
                yield project, fault, "" if found_by_itself else doubt


def _spoken_of(project: Project, graph: Graph) -> set[str]:
    """The services, networks and volumes that the other projects of a run define, or lack as well: such a name is no slip."""
    others = [p for p in graph.nodes(Project) if p is not project]
    defined = {str(name) for p in others for table in (p.services, p.networks, p.volumes) for name in table}
    return defined | {
        _name(f) for p in others for f in p.faults if f.kind in (*_UNDEFINED, "undefined-network")
    }


def _is_whole(project: Project) -> bool:
    """Whether a file of another name than Compose looks for has networks of its own, and all of its services but for one name."""
    whole = all(s.image is not None or s.build is not None for s in project.services.values())
    once = sum(fault.kind in (*_UNDEFINED, "undefined-network") for fault in project.faults) == 1
    override = "override" in posixpath.basename(project.files[0])
    return whole and once and bool(project.networks) and not override


def _is_template(fault: LoadFault) -> bool:
    """Whether the line has yet to be filled in: `{{ cookiecutter.name }}:` and `<service_name>:` are the names of no service, `DATA_PATH/db` is that of no volume."""
    line = fault.anchor.source.line(fault.anchor.line)
    return "{{" in line or "{%" in line or _BLANK.search(line) is not None


def _misspelt(fault: LoadFault, project: Project) -> bool:
    """Whether a network that is not there comes near one that is: it was not meant to come from another file."""
    return bool(near_names(_name(fault), project.networks.keys()))


def _name(fault: LoadFault) -> str:
    return fault.message.rsplit(" ", 1)[-1].strip('"')
