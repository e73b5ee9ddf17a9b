"""Which names lead to a service, and from where: the engine's DNS on each network.

A container answers on every network that it is attached to, and nowhere else, to its container name, its
service name, its aliases there and its hostname, in that order; look-ups ignore case. An address that it is given
there leads to it as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.model.compose.types import ComposeService, Project

_MAX_CONTAINERS = 20
"""Numbered container names are listed this far; nobody writes the rest."""


def names_on(service: ComposeService, project: Project) -> dict[str, tuple[str, ...]]:
    """For each network (by its real name) the names that resolve to the service, in the engine's order.

    Empty for a service in the namespace of another, of the host or without network: nobody resolves it.
    """
    found: dict[str, tuple[str, ...]] = {}
    for place in service.networks:
        names = [*container_names(service, project), service.name.value]
        names.extend(a.value for a in place.aliases if not is_unknown(a))
        if service.hostname is not None and not is_unknown(service.hostname):
            names.append(service.hostname.value)
        names.extend(a.value for a in place.addresses if not is_unknown(a))
        found[place.name] = tuple(dict.fromkeys(names))
    return found


def container_names(service: ComposeService, project: Project) -> tuple[str, ...]:
    """What the engine calls the service's containers; none when it has no replicas, or that is unknown."""
    if service.container_name is not None:
        return () if is_unknown(service.container_name) else (service.container_name.value,)
    if not project.name:
        return ()
    count = 1 if service.replicas is None else min(service.replicas, _MAX_CONTAINERS)
    return tuple(f"{project.name}-{service.name.value}-{n}" for n in range(1, count + 1))


def shared_networks(one: ComposeService, other: ComposeService) -> frozenset[str]:
    """The real names of the networks that both services are attached to themselves."""
    return frozenset(a.name for a in one.networks) & frozenset(a.name for a in other.networks)


def namespace_owner(service: ComposeService, project: Project) -> ComposeService:
    """The service whose network a service uses: itself, or the one that `network_mode: service:` leads to."""
    seen = {service.name.value}
    while (name := service.shares) and name in project.services and name not in seen:
        seen.add(name)
        service = project.services[name]
    return service


def written_names(service: ComposeService, project: Project) -> Iterator[str]:
    """Every name that the files give a service, whether it resolves or not."""
    yield service.name.value
    yield from container_names(service, project)
    for place in service.networks:
        yield from (a.value for a in place.aliases if not is_unknown(a))
    if service.hostname is not None and not is_unknown(service.hostname):
        yield service.hostname.value


class Directory:
    """The names of a project in small letters, and who lives in whose network namespace; made once for a project."""

    def __init__(self, project: Project) -> None:
        self._services = tuple(project.services.values())
        self._on: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._written: dict[str, list[int]] = defaultdict(list)
        self._together: dict[int, list[int]] = defaultdict(list)
        self._known: dict[frozenset[str], dict[str, ComposeService]] = {}
        for place, service in enumerate(self._services):
            for network, names in names_on(service, project).items():
                for name in {n.lower() for n in names}:
                    self._on[network, name].append(place)
            for name in {n.lower() for n in written_names(service, project)}:
                self._written[name].append(place)
            self._together[id(namespace_owner(service, project))].append(place)

    @cached_property
    def services(self) -> Mapping[str, ComposeService]:
        """The services by their own names."""
        return {s.name.value.lower(): s for s in self._services}

    def answering(self, name: str, networks: Iterable[str]) -> list[ComposeService]:
        """The services that have a name on one of some networks."""
        return self._in_order({at for network in networks for at in self._on.get((network, name), ())})

    def bearing(self, name: str) -> list[ComposeService]:
        """The services that a name is written for, on whatever network, or none."""
        return self._in_order(self._written.get(name, ()))

    def known(self, networks: frozenset[str]) -> Mapping[str, ComposeService]:
        """Every name on some networks, with the last service that has it."""
        if networks not in self._known:
            named = sorted(
                (place, name)
                for (network, name), places in self._on.items()
                if network in networks
                for place in places
            )
            self._known[networks] = {name: self._services[place] for place, name in named}
        return self._known[networks]

    def serving(self, port: int) -> list[ComposeService]:
        """The services whose containers are said to serve a port."""
        return self._in_order(self._serving.get(port, ()))

    @cached_property
    def _serving(self) -> dict[int, list[int]]:
        from upstreamlint.model.compose.ports import container_ports

        found: dict[int, list[int]] = defaultdict(list)
        for place, service in enumerate(self._services):
            for number in {p.number for p in container_ports(service)}:
                found[number].append(place)
        return found

    def together(self, owner: ComposeService) -> list[ComposeService]:
        """The services in the network namespace of one."""
        return self._in_order(self._together.get(id(owner), ()))

    def _in_order(self, places: Iterable[int]) -> list[ComposeService]:
        return [self._services[place] for place in sorted(places)]


def lookup(name: str, caller: ComposeService, project: Project) -> tuple[ComposeService, ...]:
    """The services that a name leads to when a caller looks it up; several share it, none has it, or it is unknown."""
    wanted = name.lower()
    owner = namespace_owner(caller, project)
    own = {a.name for a in owner.networks}
    found = project.directory.answering(wanted, own)
    for link in owner.links:
        target = project.services.get(link.service.value)
        if (
            link.alias.value.lower() == wanted
            and target
            and target not in found
            and shared_networks(owner, target)
        ):
            found.append(target)
    return tuple(found)
