"""Ports of the host that two services of a project want."""

from __future__ import annotations

from collections import defaultdict

from upstreamlint.model.compose import ComposeService, Project, PublishedPort
from upstreamlint.numerals import decimal
from upstreamlint.values import NamedTuple

_ANY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - addresses that are compared, not bound


class Clash(NamedTuple):
    """A port that a service publishes, and the earlier service that has it already."""

    service: ComposeService
    port: PublishedPort
    other: ComposeService
    first: PublishedPort


def clashes(project: Project) -> list[Clash]:
    """Each published port that an earlier service has; services that only start when asked for have none."""
    if project.fragment:
        return []
    found: list[Clash] = []
    taken: dict[tuple[int | None, str], _Holders] = defaultdict(_Holders)
    for service in project.services.values():
        on_host = service.network_mode is not None and service.network_mode.value == "host"
        if service.profiles or service.replicas == 0 or on_host or service.incomplete:
            continue
        for port in service.ports:
            if port.published in (None, 0) or decimal(port.text) is None:
                continue
            holders = taken[port.published, port.protocol]
            first = holders.first(service, port.host_ip)
            if first is not None and not _in_turn(service, first.service):
                found.append(Clash(service, port, first.service, first.port))
            holders.add(service, port)
    return found


def _in_turn(one: ComposeService, other: ComposeService) -> bool:
    """Whether one only starts when the other has ended, as what fetches the first certificate does."""
    pairs = ((one, other), (other, one))
    return any(
        d.service.value == first.name.value and d.condition == "service_completed_successfully"
        for second, first in pairs
        for d in second.depends_on
    )


class _Holder(NamedTuple):
    """A service that has a port of the host; `order` counts the holders of that port."""

    order: int
    service: ComposeService
    port: PublishedPort


class _Holders:
    """The services that have one port of the host, by address; of each the first two, one of which is another's."""

    def __init__(self) -> None:
        self._by_address: dict[str, list[_Holder]] = defaultdict(list)
        self._count = 0

    def add(self, service: ComposeService, port: PublishedPort) -> None:
        """Note one more."""
        self._count += 1
        for address in {_EVERY, "" if port.host_ip in _ANY else port.host_ip}:
            known = self._by_address[address]
            if len(known) < 2 and all(h.service is not service for h in known):  # noqa: PLR2004 - of two one is another's
                known.append(_Holder(self._count, service, port))

    def first(self, service: ComposeService, address: str) -> _Holder | None:
        """The first other service that has the port on an address, or on each."""
        addresses = (_EVERY,) if address in _ANY else (address, "")
        found = [h for a in addresses for h in self._by_address.get(a, ()) if h.service is not service]
        return min(found, key=lambda holder: holder.order, default=None)


_EVERY = "every address"


def are_choices(project: Project, found: list[Clash]) -> bool:
    """Whether a project is a catalogue of which a user starts a few services, or sets the ports: nobody starts all.

    It is when several pairs of services clash, when a clashing port is a variable's, and when the services are very
    many, or come from files of their own in a project of many. Two that run one image over the same files with other
    commands are modes of one program.
    """
    pairs = {(c.service.name, c.other.name) for c in found}
    if len(pairs) > 1 or any(_is_variable(p) for c in found for p in (c.port, c.first)):
        return True
    if all(_are_modes(c.service, c.other) for c in found):
        return True
    apart = any(c.service.anchor.source is not c.other.anchor.source for c in found)
    return len(project.services) >= (_CATALOGUE if apart else _LARGE_CATALOGUE)


def _are_modes(one: ComposeService, other: ComposeService) -> bool:
    """Whether two services do several things with the same: build a site, and serve it."""
    if one.image is None or other.image is None or one.image.value != other.image.value or not one.mounts:
        return False
    held, its = ({(m.source, m.target.value) for m in service.mounts} for service in (one, other))
    told, its_told = ([w.value for w in s.command.words] if s.command else [] for s in (one, other))
    return held == its and told != its_told


_CATALOGUE = 20
"""A project of so many services in files of their own is not started as a whole."""
_LARGE_CATALOGUE = 30
"""Nor is one of so many in one file."""


def _is_variable(port: PublishedPort) -> bool:
    source, start, end = port.anchor
    return "$" in source.text[start:end]
