"""Podman's Quadlet units as a project: the containers, pods and networks of one folder tree, in the shape of a Compose file.

After podman-systemd.unit(5): a container is called `systemd-<unit>` unless it has a `ContainerName`, a network
likewise; containers without a `Network` are on Podman's own, which has no DNS; those of a pod share its network.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable

from upstreamlint.budget import Budget
from upstreamlint.documents import Entry, Node
from upstreamlint.files.kinds import Kind
from upstreamlint.files.readable import Files, join, parent
from upstreamlint.load.quadlet_keys import refused
from upstreamlint.load.quadlet_pods import pods_of
from upstreamlint.load.quadlet_service import Unit, service_of, tree_of
from upstreamlint.model.compose import Project, project
from upstreamlint.programs.reading import Found, Run
from upstreamlint.readers.compose.faults import LoadFault
from upstreamlint.readers.compose.load import Loaded
from upstreamlint.readers.compose.ranges import bounded
from upstreamlint.readers.quadlet import unit, words
from upstreamlint.source import Source


def load(run: Run) -> Found:
    """Every folder with Quadlet units."""
    folders: dict[str, list[Unit]] = {}
    for path in sorted(run.paths_of(Kind.QUADLET), key=lambda p: (p.count("/"), p)):
        source = run.files.source(path)
        if source is not None:
            # Quadlet looks into the folders of its own folder.
            above = next((f for f in folders if f in (".", "") or path.startswith(f"{f}/")), parent(path))
            folders.setdefault(above, []).append(_unit(path, source))
    named = Counter(u.file for units in folders.values() for u in units)
    shared = {
        u.file: u for units in folders.values() for u in units if named[u.file] == 1 and u.kind == "network"
    }
    projects = [_project(units, shared, run.files) for units in folders.values() if _runs(units)]
    return Found(
        resources=(*projects, *(s for p in projects for s in p.services.values())),
        sources=tuple(u.source for units in folders.values() for u in units if _runs(units)),
    )


def _runs(units: Iterable[Unit]) -> bool:
    return any(u.kind == "container" for u in units)


def _unit(path: str, source: Source) -> Unit:
    name, _, kind = posixpath.basename(path).rpartition(".")
    sections = unit(source)
    ordered = sections.get("Unit", {})
    after = (
        w for key in ("After", "Requires", "Wants", "BindsTo") for v in ordered.get(key, ()) for w in words(v)
    )
    return Unit(name, kind, source, sections.get(kind.capitalize(), {}), tuple(after))


def _project(units: list[Unit], shared: dict[str, Unit], files: Files) -> Project:
    """One project; `shared` are the networks of all units, by the names of their files."""
    by_file = {u.file: u for u in units}
    services: dict[str, Entry | Node] = {}
    incomplete, unread = set(), set()
    networks: dict[str, Entry] = {}
    fragment = False
    for one in units:
        if one.kind == "kube":
            pods = pods_of(one, by_file, networks, shared, files)
            fragment = fragment or pods is None
            services |= {pod.name.value: Entry(pod.name, pod.tree) for pod in pods or ()}
            incomplete |= {pod.name.value for pod in pods or () if not pod.whole}
        if one.kind not in ("container", "pod"):
            continue
        service = service_of(one, by_file, networks, shared, files)
        services[one.written.value] = Entry(one.written, service)
        if _is_incomplete(one, by_file, files):
            incomplete.add(one.written.value)
        if "EnvironmentFile" in one.section:
            unread.add(one.written.value)
    first = units[0].source
    root = tree_of(first, {"services": tree_of(first, services), "networks": tree_of(first, networks)})
    budget = Budget()
    root = bounded(root, budget)
    sources = {u.source.path: parent(u.source.path) for u in units}
    return project(
        Loaded(
            "podman",
            tuple(sources),
            root,
            (
                *(LoadFault("limit", over.anchor, over.message) for over in budget.faults),
                *(fault for one in units for fault in refused(one)),
            ),
            fragment,
            sources,
            incomplete=frozenset(incomplete),
            unread=frozenset(unread),
            podman=True,
        ),
        files,
    )


def _is_incomplete(one: Unit, units: dict[str, Unit], files: Files) -> bool:
    """Whether something besides these files decides what runs, and where."""
    image = one.last("Image")
    made = image is not None and image.value.endswith((".build", ".image")) and image.value not in units
    more = any(key in one.section for key in ("PodmanArgs", "ContainersConfModule", "Rootfs"))
    dropped = files.is_folder(join(parent(one.source.path), f"{one.name}.{one.kind}.d"))
    return made or more or dropped or "@" in one.name
