"""Loopback inside a container: the container itself, and what shares its network."""

from __future__ import annotations

from collections.abc import Collection

from upstreamlint.facets.judgement import Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.model.compose import ComposeService, container_ports, namespace_owner
from upstreamlint.model.compose.ports import Evidence
from upstreamlint.places.compose import nearest, outside
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound

_NOWHERE = frozenset({0, 1, 9})
"""Ports of loopback that are written for that nobody answers there: a service that denies all."""


def resolve(
    client: ComposeService, port: int | None, world: World, listens: Collection[int], *, alone: bool
) -> HostFound:
    """Who answers on loopback: a service in the same network namespace, the machine, the proxy itself, nobody.

    `alone` says that nothing but the proxy runs in the client. Of an image that may bring more that is assumed where it listens on
    other ports, and one service of the project serves this one.
    """
    if port is None or port in listens:
        return HostFound(verdict=Verdict.FOUND, targets=())
    if port in _NOWHERE:
        return HostFound(verdict=Verdict.UNKNOWN)
    owner = namespace_owner(client, world.project)
    mode = owner.network_mode
    if mode is not None and mode.value == "host":
        found = outside.publishing(port, world) or outside.serving_inside(port, world)
        return HostFound(verdict=Verdict.FOUND if found else Verdict.UNKNOWN, targets=found, by_host=True)
    if mode is not None and mode.value and mode.value not in ("bridge", "none"):
        return HostFound(verdict=Verdict.UNKNOWN)
    others = [s for s in world.project.directory.together(owner) if s is not client]
    if others:
        serving = [s for s in others if any(p.number == port for p in container_ports(s))]
        # Where none is known to serve it, one of which nothing is known may.
        open_ = [s for s in others if not (world.listening(s).usual or world.listening(s).closed)]
        return HostFound(verdict=Verdict.FOUND, targets=tuple(serving or (open_ or others)[:1]))
    own = any(p.number == port and p.evidence > Evidence.IMAGE for p in container_ports(client))
    if own or world.listening(client).serves(port) or client.unread or not world.project.settles(client):
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.LOOPBACK)
    near = nearest.serving(port, owner, world.project)
    if not alone and not (near and listens and _is_plain(client)):
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.LOOPBACK)
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.LOOPBACK,
        near=near if alone else tuple(one._replace(certain=False) for one in near),
        far_end=((client.anchor, f"the container of `{client.name}` is what loopback means here"),),
        assumption="" if alone else "its image brings no second program that listens there",
    )


def _is_plain(client: ComposeService) -> bool:
    """Whether an image is started as it comes: one that is made here, or told what to start, may start more."""
    return client.build is None and client.command is None and client.entrypoint is None
