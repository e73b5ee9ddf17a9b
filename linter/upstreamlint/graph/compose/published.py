"""Ports of the host that two services of a project want."""

from __future__ import annotations

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
    taken: dict[tuple[int | None, str], list[tuple[ComposeService, PublishedPort]]] = {}
    for service in project.services.values():
        on_host = service.network_mode is not None and service.network_mode.value == "host"
        if service.profiles or service.replicas == 0 or on_host or service.incomplete:
            continue
        for port in service.ports:
            if port.published in (None, 0) or decimal(port.text) is None:
                continue
            holders = taken.setdefault((port.published, port.protocol), [])
            found += [Clash(service, port, *h) for h in holders if h[0] is not service and _meet(h[1], port)][
                :1
            ]
            holders.append((service, port))
    return found


def are_choices(project: Project, found: list[Clash]) -> bool:
    """Whether a project is a catalogue of which a user starts a few services, or sets the ports: nobody starts all.

    It is when several pairs of services clash, when a clashing port is a variable's, and when the services come
    from files of their own in a project of many.
    """
    pairs = {(c.service.name, c.other.name) for c in found}
    if len(pairs) > 1 or any(_is_variable(p) for c in found for p in (c.port, c.first)):
        return True
    apart = any(c.service.anchor.source is not c.other.anchor.source for c in found)
    return apart and len(project.services) >= _CATALOGUE


_CATALOGUE = 20
"""A project of so many services in files of their own is not started as a whole."""


def _is_variable(port: PublishedPort) -> bool:
    source, start, end = port.anchor
    return "$" in source.text[start:end]


def _meet(one: PublishedPort, other: PublishedPort) -> bool:
    return one.host_ip == other.host_ip or bool(_ANY & {one.host_ip, other.host_ip})
