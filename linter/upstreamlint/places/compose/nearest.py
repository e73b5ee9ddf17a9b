"""What was probably meant by a host that leads nowhere."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.facets.judgement import Candidate
from upstreamlint.graph.likeness import is_misspelt, is_slip, near_names, sole
from upstreamlint.model.compose import (
    ComposeService,
    Project,
    namespace_owner,
    shared_networks,
)
from upstreamlint.model.compose.images import image_name
from upstreamlint.numerals import decimal
from upstreamlint.places.compose.world import World
from upstreamlint.readers.compose.tree import is_unknown

_NAMED = patterns.compile(r"^name[ \t]*:", re.MULTILINE)


def generated(name: str, project: Project) -> ComposeService | None:
    """The service that a generated container name is for: `project_service_1` as Compose 1 made them."""
    stem, number = re.match(r"(.*?)(?:[_-](\d+))?\Z", name).groups()  # type: ignore[union-attr]
    by_name = project.directory.services
    if number is None or name in by_name:
        return None
    ends = (stem, *(stem[at + 1 :] for at, letter in enumerate(stem) if letter in "_-"))
    return next((by_name[end] for end in ends if end in by_name), None)


def may_be_generated(name: str, project: Project) -> bool:
    """Whether a name is right as soon as the project is started under another name than its folder's."""
    made = generated(name, project)
    if made is None or made.container_name is not None or _NAMED.search(project.anchor.source.text):
        return False
    found = re.search(rf"[a-z0-9]-{re.escape(made.name.value.lower())}-(\d+)\Z", name)
    return found is not None and 1 <= (decimal(found.group(1)) or 0) <= (made.replicas or 1)


def may_be_stacked(name: str, world: World) -> bool:
    """Whether a name is that of a service in a stack of Swarm: `docker stack deploy shop` calls `web` also `shop_web`."""
    stack, _, service = name.partition("_")
    stacks = (p for p in (world.project, *world.others()) if any(s.swarmed for s in p.services.values()))
    return bool(stack) and any(service in {s.lower() for s in p.services} for p in stacks)


def is_usual(name: str, world: World) -> bool:
    """Whether several other projects of the run name their containers so: whoever starts them all sees to it."""
    made = generated(name, world.project)
    if made is None or name.removeprefix(world.project.prefix) not in _numbered(made.name.value):
        return False
    like = (p for p in world.others() if any(_names_itself(p, s) for s in p.services))
    return len(list(islice(like, _SEVERAL))) == _SEVERAL


_SEVERAL = 3


def _numbered(service: str) -> tuple[str, str]:
    return f"_{service}_1".lower(), f"-{service}-1".lower()


def _names_itself(project: Project, service: str) -> bool:
    text = project.anchor.source.text
    return any(f"{project.prefix}{end}" in text for end in _numbered(service))


def _of_cluster(name: str, owner: ComposeService, project: Project) -> ComposeService | None:
    """The service that a Kubernetes name is for: `api.shop.svc.cluster.local`."""
    if not name.endswith((".svc", ".svc.cluster.local")):
        return None
    service = project.services.get(name.split(".", maxsplit=1)[0])
    return service if service is not None and shared_networks(owner, service) else None


MACHINE = "host.docker.internal"
"""What Docker calls the machine itself."""


def _is_nearly_machine(name: str) -> bool:
    """Whether the name of the machine was meant: its parts in another order, or a slip of the hand."""
    return name != MACHINE and (
        sorted(name.split(".")) == sorted(MACHINE.split(".")) or is_misspelt(name, MACHINE)
    )


def names(name: str, owner: ComposeService, project: Project) -> tuple[Candidate, ...]:
    """The services whose name comes near, among those that the client can reach; or the machine itself."""
    if _is_nearly_machine(name):
        return (Candidate(owner.anchor, f"`{MACHINE}` is the machine itself", MACHINE, certain=True),)
    cluster = _of_cluster(name, owner, project)
    if cluster is not None:
        text = f"service `{cluster.name}`: names of a Kubernetes cluster do not resolve here"
        return (Candidate(cluster.anchor, text, cluster.name.value, certain=True),)
    made = generated(name, project)
    if made is not None and shared_networks(owner, made):
        text = f"service `{made.name}`: Compose 2 names its containers `{project.prefix}-{made.name}-1`"
        if made.container_name is not None:
            text = f"service `{made.name}`, whose container is named `{made.container_name}`"
        return (Candidate(made.anchor, text, made.name.value, certain=True),)
    if "." in name:
        return ()
    known = project.directory.known(frozenset(a.name for a in owner.networks))
    like = near_names(name, known.keys())
    certain = sole(name, like)
    for near in like[:1]:
        service = known[near]
        place = _named(service, near)
        own = place is service.name
        text = (
            f"service `{service.name}` has a similar name" if own else f"a name of service `{service.name}`"
        )
        return (Candidate(place.anchor, text, near, certain=certain),)
    return ()


def running(name: str, owner: ComposeService, project: Project) -> tuple[Candidate, ...]:
    """The only service within reach that runs what the name is for: an image, or a build in a folder, that is called so."""
    found = [s for s in reachable(owner, project) if name in _made_of(s)]
    if len(found) != 1:
        return ()
    text = f"service `{found[0].name}` runs `{name}`"
    return (Candidate(found[0].anchor, text, found[0].name.value, certain=True),)


def _made_of(service: ComposeService) -> Iterator[str]:
    if service.build is None and service.image is not None and not is_unknown(service.image):
        yield image_name(service.image.value).name.rpartition("/")[2].lower()
    if service.build is not None and service.build.context is not None:
        yield posixpath.basename(service.build.context).lower()


def _named(service: ComposeService, name: str) -> Scalar:
    """Where one of the names of a service is written; its own where Compose makes it."""
    aliases = (alias for attached in service.networks for alias in attached.aliases)
    written = (service.container_name, service.hostname, *aliases)
    return next((w for w in written if w is not None and w.value.lower() == name), service.name)


def serving(port: int | None, owner: ComposeService, project: Project) -> tuple[Candidate, ...]:
    """The only service within reach that serves the port."""
    if port is None:
        return ()
    serving = project.directory.serving(port)
    found = [s for s in serving if s is not owner and shared_networks(owner, s)]
    if len(found) != 1:
        return ()
    text = f"service `{found[0].name}` serves port {port}"
    return (Candidate(found[0].anchor, text, found[0].name.value, certain=True),)


def short(name: str, owner: ComposeService, project: Project) -> tuple[Candidate, ...]:
    """The only service within reach whose name a slip of the hand makes of one that is too short for more: `db` for `bd`."""
    found = [s for s in reachable(owner, project) if is_slip(name, s.name.value.lower())]
    if len(found) != 1:
        return ()
    text = f"service `{found[0].name}` has a similar name"
    return (Candidate(found[0].anchor, text, found[0].name.value),)


def reachable(owner: ComposeService, project: Project) -> list[ComposeService]:
    """The services that share a network with a client, itself excepted."""
    return [s for s in project.services.values() if s is not owner and shared_networks(owner, s)]


def published(service: ComposeService, port: int | None) -> tuple[Candidate, ...]:
    """How a client on the machine's own network reaches a service: by a published port."""
    for entry in service.ports:
        if entry.published is not None and (port is None or entry.target == port):
            text = f"`{service.name}` is published on port {entry.published} of the machine"
            return (Candidate(entry.anchor, text, f"localhost:{entry.published}"),)
    return ()


def on_machine(service: ComposeService, port: int | None) -> tuple[Candidate, ...]:
    """How a container reaches a service that lives on the machine's own network."""
    mode = service.network_mode
    if mode is None or mode.value != "host" or port is None:
        return ()
    text = f"`{service.name}` listens on the machine itself"
    return (Candidate(mode.anchor, text, f"host.docker.internal:{port}"),)


def instead_of(target: ComposeService, owner: ComposeService, project: Project) -> tuple[Candidate, ...]:
    """The service whose network a target lives in: its name leads there."""
    host = namespace_owner(target, project)
    if host is target or not shared_networks(owner, host):
        return ()
    return (
        Candidate(
            host.anchor,
            f"`{target.name}` lives in the network of `{host.name}`",
            host.name.value,
            certain=True,
        ),
    )
