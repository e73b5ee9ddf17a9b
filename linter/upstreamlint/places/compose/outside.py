"""What lies outside one project: other projects that it meets on a network, and the machine itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from upstreamlint import patterns
from upstreamlint.facets.judgement import Candidate
from upstreamlint.files.readable import parent
from upstreamlint.graph.likeness import is_slip
from upstreamlint.model.compose import ComposeService, Network, Project
from upstreamlint.places.compose.world import World
from upstreamlint.readers.compose.tree import is_unknown_text


def networks_of(service: ComposeService, project: Project) -> Iterator[Network]:
    """The networks that a service is attached to, as the project defines them."""
    return (project.networks[a.key] for a in service.networks if a.key in project.networks)


def meets(network: str, one: Project, other: Project) -> bool:
    """Whether two projects mean the same network by a name: one of them must take it from outside.

    Two copies of a project in one tree have networks of one name too, and never run side by side; nor does one that is put
    away (`old/traefik`) beside one that is in use.
    """
    if _put_away(one) != _put_away(other):
        return False
    found = [n for p in (one, other) for n in p.networks.values() if n.name == network]
    return len(found) > 1 and any(n.external for n in found)


def sharing(networks: Iterable[str], world: World) -> list[Project]:
    """The other projects that have a network of one of some names."""
    by_name = _by_network(world.projects)
    found = {number: project for name in networks for number, project in by_name.get(name, ())}
    home = _put_away(world.project)
    others = (found[number] for number in sorted(found))
    return [p for p in others if p is not world.project and _put_away(p) == home]


_AWAY = patterns.compile(
    r"(?:^|/)(?:_?(?:archived?|attic|deprecated|disabled|legacy|obsolete|old|outdated|retired|unused))(?=/)",
    re.IGNORECASE,
)


def _put_away(project: Project) -> str:
    """The folder that holds what is not in use any more, where a project lies in one."""
    found = _AWAY.search(project.files[0])
    return project.files[0][: found.end()] if found is not None else ""


@lru_cache(maxsize=4)
def _by_network(projects: tuple[Project, ...]) -> dict[str, list[tuple[int, Project]]]:
    by_name: dict[str, list[tuple[int, Project]]] = defaultdict(list)
    for number, project in enumerate(projects):
        for name in {network.name for network in project.networks.values()}:
            by_name[name].append((number, project))
    return dict(by_name)


def publishing(port: int | None, world: World) -> tuple[ComposeService, ...]:
    """The services that publish a port on the machine, those of this project first."""
    own = [s for s in world.project.services.values() if any(p.published == port for p in s.ports)]
    if own or port is None:
        return tuple(own)
    return tuple(
        s
        for project in world.others()
        for s in project.services.values()
        if any(p.published == port for p in s.ports)
    )[:1]


def serving_inside(port: int | None, world: World) -> tuple[ComposeService, ...]:
    """The one service of this project that the machine publishes a port of, but under another number."""
    found = [
        s
        for s in world.project.services.values()
        if any(p.target == port and p.published not in (None, port) for p in s.ports)
    ]
    return tuple(found) if len(found) == 1 else ()


def sibling_has(name: str, client: ComposeService, world: World) -> bool:
    """Whether a file beside this project has a service of a name: the two may be meant for one `-f a -f b`.

    One that defines the client too, and whole, is another way to start it, and adds nothing to this one.
    """
    return next(_siblings(name, client, world), None) is not None


def sibling(name: str, client: ComposeService, world: World) -> ComposeService | None:
    """The one service of a name in the files beside this project, where nothing else has a say about it."""
    found = list(_siblings(name, client, world))
    return found[0][1] if len(found) == 1 and found[0][0].settles(found[0][1]) else None


def may_meet(one: ComposeService, other: ComposeService) -> bool:
    """Whether services of two files share a network when the files are merged: by its key, or by the name of the engine."""
    if not one.networks or not other.networks:
        return True
    names = [{n for a in service.networks for n in (a.key, a.name)} for service in (one, other)]
    return not names[0].isdisjoint(names[1]) or any(is_unknown_text(n) for n in names[0] | names[1])


def slip_beside(name: str, client: ComposeService, world: World) -> tuple[Candidate, ...]:
    """The one service of the files beside this project whose name a slip of the hand makes of a name."""
    like = {
        s.name.value.lower(): s
        for _, s in _siblings(None, client, world)
        if is_slip(name, s.name.value.lower())
    }
    text = "has a similar name, in a file beside"
    near = [Candidate(s.anchor, f"service `{s.name}` {text}", n, certain=True) for n, s in like.items()]
    return tuple(near) if len(near) == 1 else ()


def _siblings(
    name: str | None, client: ComposeService, world: World
) -> Iterator[tuple[Project, ComposeService]]:
    for project, service in _beside(name, world):
        if not _alternative(client, project) and not _is_another_way(project, world.project):
            yield project, service


def left_out(name: str, world: World) -> ComposeService | None:
    """The service of a name in a file beside those that the project includes, which is written as they are.

    One that shares a service with the project goes over it, as with `-f a -f b`.
    """
    include = world.project.include
    folders = {parent(path) for path in world.project.files if include and path != include.source.path}
    if world.project.together:
        own = parent(world.project.files[0])
        others = (p for p in world.others() if parent(p.files[0]) == own)
        found = [s for p in others if not is_started_with(world.project, p) for s in _called(name, p)]
        return found[0] if len(found) == 1 else None
    for project, service in _beside(name, world):
        apart = world.project.services.keys().isdisjoint(project.services)
        if apart and parent(project.files[0]) in folders:
            return service
    return None


def is_started_with(one: Project, other: Project) -> bool:
    """Whether no command that names the file of one leaves out that of the other."""
    return not one.together or other.files[0] in one.together


def _called(name: str, project: Project) -> Iterator[ComposeService]:
    return (s for key, s in project.services.items() if key.lower() == name)


def _beside(name: str | None, world: World) -> Iterator[tuple[Project, ComposeService]]:
    """The services of a name, or all, in files beside this project."""
    folders = {parent(path) for path in world.project.files}
    for project in world.others():
        if parent(project.files[0]) in folders and is_started_with(world.project, project):
            yield from ((project, s) for key, s in project.services.items() if name in (None, key.lower()))


def _is_another_way(one: Project, other: Project) -> bool:
    """Whether two files start the same application each by itself: most services of the smaller are whole in both."""
    if one.fragment:
        return False
    both = [
        n
        for n, s in one.services.items()
        if n in other.services and (s.image is not None or s.build is not None)
    ]
    return 2 * len(both) > min(len(one.services), len(other.services))


def _alternative(client: ComposeService, project: Project) -> bool:
    own = project.services.get(client.name.value)
    return own is not None and not own.incomplete and (own.image is not None or own.build is not None)


def _plain(network: str) -> str:
    project, _, key = network.rpartition("_")
    return f"{project.replace('-', '').replace('_', '')}_{key}" if project else network


def _is_called(service: ComposeService, name: str) -> bool:
    return service.container_name is not None and service.container_name.value.lower() == name


def _network_of_mode(service: ComposeService) -> str:
    """The network that `network_mode` names: the engine takes any name there."""
    mode = service.network_mode.value if service.network_mode is not None else ""
    return "" if mode in ("host", "none", "bridge", "default") or ":" in mode or "$" in mode else mode


def elsewhere(owner: ComposeService, name: str, world: World) -> ComposeService | None:
    """The one service of that name in a neighbouring project that the client was meant to meet.

    Only a client on an external network means to meet others, or one on a network whose key is the name of
    the external network that the other waits on; two neighbours of the name decide nothing.
    """
    own = list(networks_of(owner, world.project))
    above = parent(parent(world.project.files[0]))
    found = [
        service
        for project in world.others()
        for service in project.services.values()
        if service.name.value.lower() == name or _is_called(service, name)
    ]
    mode = _network_of_mode(found[0]) if len(found) == 1 else ""
    if len(found) != 1 or not (found[0].networks or mode) or any(n.name == mode for n in own):
        return None
    home = world.home(found[0])
    waits = {n.name for n in networks_of(found[0], home) if n.external}
    # Compose 1 left punctuation out of the names of projects.
    nearly = {_plain(name) for name in waits}
    if not any(n.external or n.key in waits or _plain(n.name) in nearly for n in own):
        return None
    return found[0] if parent(parent(home.files[0])) == above else None
