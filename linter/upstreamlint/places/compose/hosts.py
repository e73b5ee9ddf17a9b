"""A host name, looked up from inside a container: the engine's DNS, and why it has no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.judgement import Candidate, FarEnd, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import akin, is_slip
from upstreamlint.model.compose import (
    ComposeService,
    Project,
    namespace_owner,
    shared_networks,
)
from upstreamlint.places.compose import nearest, outside, pieces
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound
from upstreamlint.readers.compose.tree import is_unknown

GATEWAYS = frozenset({"host.docker.internal", "gateway.docker.internal", "host.containers.internal"})
"""Names of the machine itself; Docker Desktop knows them, the engine on Linux only by `extra_hosts`."""

_ADDRESS = patterns.compile(r"\[?[0-9a-fA-F]*:[0-9a-fA-F:.%]+\]?\Z|\d{1,3}(?:\.\d{1,3}){3}\Z")


def resolve(client: ComposeService, host: str, port: int | None, world: World) -> HostFound:
    """Who answers to a host that is not loopback."""
    name = host.strip().rstrip(".").lower()
    owner = namespace_owner(client, world.project)
    if _ADDRESS.match(name):
        return _at(owner, name.strip("[]"), world)
    entries = {n.lower(): a for s in (client, owner) for n, a in s.extra_hosts.items()}
    if name in entries:
        gateway = any(a.value == "host-gateway" for a in entries[name])
        targets = outside.publishing(port, world) if gateway else ()
        return HostFound(verdict=Verdict.FOUND, targets=targets, by_host=True)
    mode = owner.network_mode
    if mode is not None and mode.value:
        return _without_dns(client, owner, name, port, world)
    found = answering(owner, name, world)
    if found:
        return _alive(client, found, world)
    if name in GATEWAYS:
        return _gateway(client, world)
    return _nobody(client, host.strip().rstrip("."), port, world)


def _at(owner: ComposeService, address: str, world: World) -> HostFound:
    """Who has an address that a container is given on a network of the client; every other one is of somewhere else."""
    found = [s for s in answering(owner, address, world) if s.replicas != 0]
    if len(found) != 1:
        return HostFound(verdict=Verdict.EXTERNAL)
    return HostFound(verdict=Verdict.FOUND, targets=tuple(found))


def answering(owner: ComposeService, name: str, world: World) -> list[ComposeService]:
    """The services that the engine's DNS names to a container, of this project and of those that it meets."""
    own = {a.name for a in owner.networks}
    found = world.project.directory.answering(name, own)
    head, _, network = name.rpartition(".")
    if not found and head and network in {n.lower() for n in own}:
        found = world.project.directory.answering(head, {n for n in own if n.lower() == network})
    for link in owner.links:
        target = world.project.services.get(link.service.value)
        if (
            link.alias.value.lower() == name
            and target
            and target not in found
            and shared_networks(owner, target)
        ):
            found.append(target)
    if any(service.replicas != 0 for service in found):
        # Another project that gives the name to a service of its own need not run beside this one.
        return found
    others = [
        answering
        for project in outside.sharing(own, world)
        if (meeting := {n for n in own if outside.meets(n, world.project, project)})
        and (answering := project.directory.answering(name, meeting))
    ]
    # Of several projects that have the name any may run.
    return [*found, *others[0]] if len(others) == 1 else found


def bearing(name: str, project: Project) -> list[ComposeService]:
    """The services that a name is written for, on whatever network, or none."""
    return project.directory.bearing(name)


def linked(owner: ComposeService, name: str, project: Project) -> list[ComposeService]:
    """The services that a client's links give a name, whether they share a network or not."""
    aliases = [link for link in owner.links if link.alias.value.lower() == name]
    return [
        project.services[link.service.value] for link in aliases if link.service.value in project.services
    ]


def _alive(client: ComposeService, found: list[ComposeService], world: World) -> HostFound:
    """Of the services that have the name, those that run whenever the client does."""
    running = [s for s in found if s.replicas != 0]
    if not running:
        stopped = found[0]
        text = f"`{stopped.name}` runs no container"
        return _conflict(
            client,
            Obstacle.SCALED_TO_ZERO,
            found,
            ((stopped.replicas_anchor or stopped.anchor, text),),
            world,
        )
    if len(running) == 1 and gated(client, running[0], world):
        target = running[0]
        profiles = " or ".join(f"`{p}`" for p in target.profiles)
        text = f"`{target.name}` only starts with profile {profiles}"
        return _conflict(
            client, Obstacle.BEHIND_PROFILE, running, ((target.profiles[0].anchor, text),), world
        )
    return HostFound(verdict=Verdict.FOUND, targets=tuple(running))


def gated(client: ComposeService, target: ComposeService, world: World) -> bool:
    """Whether a profile keeps a service away while its client runs."""
    wanted = {p.value for p in target.profiles}
    if not wanted or any(is_unknown(p) for p in (*target.profiles, *client.profiles)):
        return False
    active = world.home(target).profiles
    return not (wanted & {p.value for p in client.profiles} or wanted & active or "*" in active)


def _conflict(
    client: ComposeService,
    obstacle: Obstacle,
    targets: Iterable[ComposeService],
    far_end: FarEnd,
    world: World,
) -> HostFound:
    targets = tuple(targets)
    certain = world.project.settles(client) and all(world.home(t).settles(t) for t in targets)
    verdict = Verdict.CONFLICT if certain else Verdict.UNKNOWN
    return HostFound(verdict=verdict, obstacle=obstacle, targets=targets, far_end=far_end)


def _without_dns(
    client: ComposeService, owner: ComposeService, name: str, port: int | None, world: World
) -> HostFound:
    """A client that is on no network of its own: the host's, none, the default bridge, another container's."""
    mode = owner.network_mode
    if mode is None or is_unknown(mode) or mode.value not in ("host", "none", "bridge"):
        return HostFound(verdict=Verdict.UNKNOWN)
    known = bearing(name, world.project)
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
    if mode.value == "host" and name in GATEWAYS:
        return HostFound(verdict=Verdict.UNKNOWN, by_host=True)
    if not known:
        return HostFound(verdict=Verdict.EXTERNAL)
    obstacle = Obstacle.NO_DNS if mode.value == "bridge" else Obstacle.NETWORK_MODE
    via = "" if owner is client else f" through `{owner.name}`"
    text = f"`{client.name}` {_mode(mode, world)}{via}, where service names do not resolve"
    found = _conflict(client, obstacle, known, ((mode.anchor, text),), world)
    near = nearest.published(known[0], port) if mode.value == "host" else ()
    return HostFound(
        verdict=found.verdict, obstacle=obstacle, targets=found.targets, far_end=found.far_end, near=near
    )


def _gateway(client: ComposeService, world: World) -> HostFound:
    verdict = Verdict.CONFLICT if world.project.settles(client) else Verdict.UNKNOWN
    text = f"`{client.name}` has no `extra_hosts` entry for it"
    return HostFound(
        verdict=verdict, obstacle=Obstacle.HOST_GATEWAY, far_end=((client.anchor, text),), by_host=True
    )


def _nobody(client: ComposeService, host: str, port: int | None, world: World) -> HostFound:
    """No service answers to the name from here."""
    name, owner = host.lower(), namespace_owner(client, world.project)
    external = {link.alias.value.lower() for link in owner.external_links}
    if name in external or world.ladder.declared_external((host, name)):
        return HostFound(verdict=Verdict.EXTERNAL)
    known = bearing(name, world.project) or linked(owner, name, world.project)
    sure = all(world.project.settles(s) for s in (client, owner, *known))
    if known and (sure or not world.project.fragment):
        return _unreachable(owner, known, name, port, world)
    if is_placeholder(host) or name.startswith("tasks."):
        return HostFound(verdict=Verdict.UNKNOWN)
    if client.incomplete or owner.incomplete:
        return HostFound(verdict=Verdict.UNKNOWN, obstacle=Obstacle.UNKNOWN_NAME)
    if (away := _away(name, owner, world)) is not None:
        return HostFound(verdict=away)
    if (pieced := _of_files(client, host, port, world)) is not None:
        return pieced
    open_world = bool(owner.external_links) or any(
        n.external for n in outside.networks_of(owner, world.project)
    )
    near = nearest.names(name, owner, world.project)
    near = near or (() if open_world else nearest.running(name, owner, world.project))
    near = near or outside.slip_beside(name, client, world)
    if not _is_meant(name, near, client, world) and (beside := _beside(name, client, world)) is not None:
        return beside
    if elsewhere := outside.elsewhere(owner, name, world):
        return _apart(owner, elsewhere, world)
    if near:
        verdict = Verdict.NEAR_MISS
    else:
        verdict = Verdict.EXTERNAL if open_world and not world.ladder.complete else Verdict.ABSENT
        near = nearest.serving(port, owner, world.project) or nearest.short(name, owner, world.project)
    return HostFound(
        verdict=verdict,
        obstacle=Obstacle.UNKNOWN_NAME,
        near=near,
        far_end=((client.anchor, f"`{client.name}`, from where the name is looked up"),),
    )


def _is_meant(name: str, near: Sequence[Candidate], client: ComposeService, world: World) -> bool:
    """Whether a service here was meant, whatever the files beside define: a slip of the hand, or the only one that runs it.

    Where they define both names, the two are different things.
    """
    if not near or outside.sibling_has(near[0].instead, client, world):
        return False
    return is_slip(name, near[0].instead) or not akin(name, [near[0].instead])


def _away(name: str, owner: ComposeService, world: World) -> Verdict | None:
    """What a name is that may be right although nobody has it: one that Compose makes, or one of a domain."""
    generated = nearest.may_be_generated(name, world.project) or nearest.may_be_stacked(name, world)
    if generated or nearest.is_usual(name, world):
        return Verdict.UNKNOWN
    return Verdict.EXTERNAL if "." in name and not nearest.names(name, owner, world.project) else None


def _beside(name: str, client: ComposeService, world: World) -> HostFound | None:
    """A service of the name in a file beside the project's, which may be started with it, or was left out of it."""
    include, missed = world.project.include, outside.left_out(name, world)
    if include is None or missed is None:
        if (found := outside.sibling(name, client, world)) is not None:
            if not outside.may_meet(namespace_owner(client, world.project), found):
                return _apart(namespace_owner(client, world.project), found, world)
            return HostFound(verdict=Verdict.FOUND, targets=(found,))
        return HostFound(verdict=Verdict.EXTERNAL) if outside.sibling_has(name, client, world) else None
    return HostFound(
        verdict=Verdict.CONFLICT,
        obstacle=Obstacle.UNKNOWN_NAME,
        far_end=(
            (missed.name.anchor, f"service `{missed.name}`, in a file that is not included"),
            (include, "the files that belong to the project"),
        ),
    )


def _of_files(client: ComposeService, host: str, port: int | None, world: World) -> HostFound | None:
    """What the files around say of a name: those that commands start, or those that a piece may be merged with."""
    missed = outside.left_out(host.lower(), world) if world.project.together else None
    if missed is not None:
        return _not_started(client, missed)
    if world.project.fragment:
        return pieces.resolve(client, namespace_owner(client, world.project), host, port, world)
    return None


def _not_started(client: ComposeService, missed: ComposeService) -> HostFound:
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


def _unreachable(
    owner: ComposeService, known: list[ComposeService], name: str, port: int | None, world: World
) -> HostFound:
    """The name is written for services of this project, but does not lead to them from here."""
    target = known[0]
    mode = target.network_mode
    if mode is not None and mode.value:
        if is_unknown(mode) or mode.value.startswith("container:"):
            return HostFound(verdict=Verdict.UNKNOWN)
        text = f"`{target.name}` {_mode(mode, world)}, so its name is registered nowhere"
        found = _conflict(owner, Obstacle.NETWORK_MODE, known, ((mode.anchor, text),), world)
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
    return _conflict(owner, Obstacle.NO_SHARED_NETWORK, known, far_end, world)


def _apart(owner: ComposeService, target: ComposeService, world: World) -> HostFound:
    """The service belongs to another project, and the two projects do not meet."""
    far_end: FarEnd = ((target.anchor, _really_on(target, world)),)
    if owner.networks:
        far_end = (*far_end, (owner.networks[0].anchor, _really_on(owner, world)))
    verdict = Verdict.NEAR_MISS if world.home(target).settles(target) else Verdict.UNKNOWN
    return HostFound(verdict=verdict, obstacle=Obstacle.NO_SHARED_NETWORK, targets=(target,), far_end=far_end)


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
