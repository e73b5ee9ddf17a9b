"""A piece of a project: the names that it lacks are looked up in the files around it, which it may be merged with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from upstreamlint.facets.judgement import Candidate, Obstacle
from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.model.compose.names import written_names
from upstreamlint.places.compose import nearest
from upstreamlint.places.compose.outside import is_started_with
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound
from upstreamlint.values import NamedTuple


class _Around(NamedTuple):
    """The services of a piece and of the projects around it by all their names, and what else containers are told of.

    `lacking`: one of them includes a file that is not there, which may define any name.
    """

    services: Mapping[str, tuple[tuple[Project, ComposeService], ...]]
    told: frozenset[str]
    based: bool
    lacking: bool


def resolve(
    client: ComposeService, owner: ComposeService, host: str, port: int | None, world: World
) -> HostFound:
    """Who has a name that the piece of a client does not lead to; a slip of the hand in any file is a slip."""
    name, around = host.lower(), _around(world.project, world.projects)
    known = around.services.get(name, ())
    if known:
        found = [s for _, s in known if not s.incomplete and (s.image is not None or s.build is not None)]
        if found and len({service.name.value for _, service in known}) == 1:
            return HostFound(verdict=Verdict.FOUND, targets=(found[0],))
        return HostFound(verdict=Verdict.EXTERNAL)
    if name in around.told or any(p.directory.bearing(name) for p in world.others()):
        return HostFound(verdict=Verdict.EXTERNAL)
    far_end = ((client.anchor, f"`{client.name}`, from where the name is looked up"),)
    like = near_names(name, around.services.keys(), words=False)
    if like:
        _, meant = around.services[like[0]][0]
        text = f"service `{meant.name}` has a similar name"
        near = (Candidate(meant.anchor, text, like[0], certain=sole(name, like)),)
        return HostFound(
            verdict=Verdict.NEAR_MISS, obstacle=Obstacle.UNKNOWN_NAME, near=near, far_end=far_end
        )
    if around.lacking or (not around.based and not world.ladder.complete):
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.UNKNOWN_NAME)
    return HostFound(
        verdict=Verdict.ABSENT,
        obstacle=Obstacle.UNKNOWN_NAME,
        near=nearest.serving(port, owner, world.project),
        far_end=far_end,
    )


def twins(target: ComposeService, world: World) -> Iterator[ComposeService]:
    """What the files around a piece say of one of its services, too."""
    home = world.home(target)
    for project, service in _around(home, world.projects).services.get(target.name.value.lower(), ()):
        if project is not home:
            yield service


def names_around(
    project: Project, projects: tuple[Project, ...]
) -> Iterator[tuple[str, list[ComposeService]]]:
    """The services of a project and of those in the folders around it, by all their names."""
    for name, found in _around(project, projects).services.items():
        yield name, [service for _, service in found]


@lru_cache(maxsize=64)
def _around(project: Project, projects: tuple[Project, ...]) -> _Around:
    folder = parent(project.files[0])
    near = [
        project,
        *(
            p
            for p in projects
            if p is not project
            and is_beside(parent(p.files[0]), folder)
            and (parent(p.files[0]) != folder or is_started_with(project, p))
        ),
    ]
    services: dict[str, list[tuple[Project, ComposeService]]] = defaultdict(list)
    told: set[str] = set()
    for one in near:
        for service in one.services.values():
            for name in {n.lower() for n in written_names(service, one)}:
                services[name].append((one, service))
            told.update(name.lower() for name in service.extra_hosts)
            told.update(link.alias.value.lower() for link in (*service.links, *service.external_links))
    whole = {n for p in near for n, s in p.services.items() if s.image is not None or s.build is not None}
    external = any(n.external for n in project.networks.values())
    based = len(near) > 1 and not external and project.services.keys() <= whole
    lacking = any(p.include is not None and p.fragment for p in near)
    return _Around({name: tuple(found) for name, found in services.items()}, frozenset(told), based, lacking)
