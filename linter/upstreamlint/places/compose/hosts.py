"""A host name, looked up from inside a container: the engine's DNS, and why it has no answer."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint import patterns
from upstreamlint.facets.judgement import Candidate, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.likeness import akin, is_slip
from upstreamlint.model.compose import (
    ComposeService,
    Project,
    namespace_owner,
    shared_networks,
)
from upstreamlint.places.address import HOST_GATEWAYS
from upstreamlint.places.compose import barred, nearest, outside, pieces
from upstreamlint.places.compose.world import World
from upstreamlint.places.found import HostFound
from upstreamlint.readers.compose.tree import is_unknown

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
        return barred.without_dns(client, owner, name, port, world)
    found = answering(owner, name, world)
    if found:
        return _alive(client, found, world)
    if name in HOST_GATEWAYS:
        return barred.gateway(client, world)
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
        return barred.conflict(
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
        return barred.conflict(
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


def _nobody(client: ComposeService, host: str, port: int | None, world: World) -> HostFound:
    """No service answers to the name from here."""
    name, owner = host.lower(), namespace_owner(client, world.project)
    external = {link.alias.value.lower() for link in owner.external_links}
    if name in external or world.ladder.declared_external((host, name)):
        return HostFound(verdict=Verdict.EXTERNAL)
    known = bearing(name, world.project) or linked(owner, name, world.project)
    sure = all(world.project.settles(s) for s in (client, owner, *known))
    if known and (sure or not world.project.fragment):
        return barred.unreachable(owner, known, name, port, world)
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
        return barred.apart(owner, elsewhere, world)
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
                return barred.apart(namespace_owner(client, world.project), found, world)
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
        return barred.not_started(client, missed)
    if world.project.fragment:
        return pieces.resolve(client, namespace_owner(client, world.project), host, port, world)
    return None
