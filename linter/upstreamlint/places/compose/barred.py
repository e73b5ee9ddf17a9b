"""A name that is written for somebody and leads nowhere from where it is looked up: why, and where that is written."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.documents import Scalar
from upstreamlint.facets.judgement import FarEnd, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.model.compose import ComposeService, shared_networks
from upstreamlint.places.address import HOST_GATEWAYS
from upstreamlint.places.compose import nearest
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound
from upstreamlint.readers.compose.tree import is_unknown


def without_dns(
    client: ComposeService, owner: ComposeService, name: str, port: int | None, world: World
) -> HostFound:
    """A client that is on no network of its own: the host's, none, the default bridge, another container's."""
    mode = owner.network_mode
    if mode is None or is_unknown(mode) or mode.value not in ("host", "none", "bridge"):
        return HostFound(verdict=Verdict.UNKNOWN)
    known = world.project.directory.bearing(name)
    if mode.value == "bridge":
        for link in owner.links:
            target = world.project.services.get(link.service.value)
            bridged = (
                target is not None
                and target.network_mode is not None
                and target.network_mode.value == "bridge"
            )
            if (
                name in (link.alias.value.lower(), link.service.value.lower())
                and target is not None
                and bridged
            ):
                return HostFound(verdict=Verdict.FOUND, targets=(target,))
    if mode.value == "host" and name in HOST_GATEWAYS:
        return HostFound(verdict=Verdict.UNKNOWN, by_host=True)
    if not known:
        return HostFound(verdict=Verdict.EXTERNAL)
    obstacle = Obstacle.NO_DNS if mode.value == "bridge" else Obstacle.NETWORK_MODE
    via = "" if owner is client else f" through `{owner.name}`"
    text = f"`{client.name}` {_mode(mode, world)}{via}, where service names do not resolve"
    found = conflict(client, obstacle, known, ((mode.anchor, text),), world)
    near = nearest.published(known[0], port) if mode.value == "host" else ()
    return HostFound(
        verdict=found.verdict, obstacle=obstacle, targets=found.targets, far_end=found.far_end, near=near
    )


def gateway(client: ComposeService, world: World) -> HostFound:
    """The machine, by a name that only Docker Desktop gives it."""
    verdict = Verdict.CONFLICT if world.project.settles(client) else Verdict.UNKNOWN
    text = f"`{client.name}` has no `extra_hosts` entry for it"
    return HostFound(
        verdict=verdict, obstacle=Obstacle.HOST_GATEWAY, far_end=((client.anchor, text),), by_host=True
    )


def unreachable(
    owner: ComposeService, known: list[ComposeService], name: str, port: int | None, world: World
) -> HostFound:
    """The name is written for services of this project, but does not lead to them from here."""
    target = known[0]
    mode = target.network_mode
    if mode is not None and mode.value:
        if is_unknown(mode) or mode.value.startswith("container:"):
            return HostFound(verdict=Verdict.UNKNOWN)
        text = f"`{target.name}` {_mode(mode, world)}, so its name is registered nowhere"
        found = conflict(owner, Obstacle.NETWORK_MODE, known, ((mode.anchor, text),), world)
        near = nearest.instead_of(target, owner, world.project) or nearest.on_machine(target, port)
        return HostFound(
            verdict=found.verdict,
            obstacle=found.obstacle,
            targets=found.targets,
            far_end=found.far_end,
            near=near,
        )
    if not target.networks:
        return HostFound(verdict=Verdict.UNKNOWN)
    if shared_networks(owner, target):
        places = [p for p in target.networks if any(a.value.lower() == name for a in p.aliases)]
        far_end: FarEnd = tuple(
            (a.anchor, f"an alias on network `{p.key}` only") for p in places for a in p.aliases
        )
    else:
        far_end = ((target.networks[0].anchor, _only_on(target)),)
    if owner.networks:
        far_end = (*far_end, (owner.networks[0].anchor, _only_on(owner)))
    return conflict(owner, Obstacle.NO_SHARED_NETWORK, known, far_end, world)


def apart(owner: ComposeService, target: ComposeService, world: World) -> HostFound:
    """The service belongs to another project, and the two projects do not meet."""
    far_end: FarEnd = ((target.anchor, _really_on(target, world)),)
    if owner.networks:
        far_end = (*far_end, (owner.networks[0].anchor, _really_on(owner, world)))
    verdict = Verdict.NEAR_MISS if world.home(target).settles(target) else Verdict.UNKNOWN
    return HostFound(verdict=verdict, obstacle=Obstacle.NO_SHARED_NETWORK, targets=(target,), far_end=far_end)


def not_started(client: ComposeService, missed: ComposeService) -> HostFound:
    """A service in a file that no command names, where commands name that of the client."""
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.UNKNOWN_NAME,
        far_end=(
            (missed.name.anchor, f"service `{missed.name}`, in a file that no command starts"),
            (client.anchor, f"`{client.name}`, whose file commands start with others"),
        ),
        assumption="nothing else starts that file",
    )


def conflict(
    client: ComposeService,
    obstacle: Obstacle,
    targets: Iterable[ComposeService],
    far_end: FarEnd,
    world: World,
) -> HostFound:
    """What contradicts the name, as certain as the files of the client and of its targets are whole."""
    targets = tuple(targets)
    certain = world.project.settles(client) and all(world.home(t).settles(t) for t in targets)
    verdict = Verdict.CONFLICT if certain else Verdict.UNKNOWN
    return HostFound(verdict=verdict, obstacle=obstacle, targets=targets, far_end=far_end)


def _only_on(service: ComposeService) -> str:
    names = " and ".join(
        "the default network" if a.key == "default" else f"`{a.key}`" for a in service.networks
    )
    return (
        f"`{service.name}` is only on {names}"
        if len(service.networks) == 1
        else f"`{service.name}` is on {names}"
    )


def _really_on(service: ComposeService, world: World) -> str:
    """The engine's names of a service's networks: those of two projects may have one key."""
    project = world.home(service)
    if not service.networks and service.network_mode is not None:
        return f"`{service.name}` {_mode(service.network_mode, world)}"
    names = [
        a.name if project.name or not a.name.startswith("_") else project.prefix + a.name
        for a in service.networks
    ]
    return f"the engine's networks of `{service.name}`: {' and '.join(f'`{n}`' for n in names)}"


def _mode(mode: Scalar, world: World) -> str:
    own = world.project.podman and mode.value == "bridge"
    return "is on Podman's own network" if own else f"has `network_mode: {mode.value}`"
