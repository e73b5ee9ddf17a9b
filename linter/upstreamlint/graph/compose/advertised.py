"""Addresses that a server hands to its clients, who connect to them anew: the advertised listeners of Kafka and Redpanda.

A client asks the address that it is told for the brokers, and then talks to those by the addresses that they advertise:
`localhost` is the client itself. Which listener a client meets is told by its port. Source: Kafka docs, broker
configs `listeners` and `advertised.listeners`; Redpanda docs, `advertised_kafka_api`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.references import Reference
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.model.compose.names import written_names
from upstreamlint.numerals import port as port_number
from upstreamlint.places.address import is_loopback
from upstreamlint.readers.compose.tree import is_unknown_text, part
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, entity

_LISTENER = patterns.compile(
    r"(?P<name>[A-Za-z0-9_]{1,60})://(?P<host>[A-Za-z0-9.-]{0,255}):(?P<port>[0-9]{1,5})"
)
_ADVERTISED, _LISTENERS = "ADVERTISED_LISTENERS", "LISTENERS"
_FLAG, _OWN_FLAG = "--advertise-kafka-addr", "--kafka-addr"


class Met(NamedTuple):
    """An address that a service is told to dial: its host and port, and where it stands."""

    service: ComposeService
    host: str
    port: str
    anchor: Anchor


@entity(kw_only=True)
class Advertised(Reference):
    """An advertised address that means each client itself, with the clients that are given it."""

    service: ComposeService
    port: int
    clients: tuple[tuple[Anchor, str], ...]


def advertised(project: Project, met: Iterable[Met]) -> Iterator[Advertised]:
    """The loopback addresses that are advertised on a listener which other services dial."""
    found = list(met)
    for service in project.services.values():
        names = {name.lower() for name in written_names(service, project)}
        for text, own in _told(service):
            ports = {one["name"]: port_number(one["port"]) for one in _LISTENER.finditer(own)}
            for one in _LISTENER.finditer(text.value):
                number = ports.get(one["name"]) or port_number(one["port"])
                clients = [
                    m
                    for m in found
                    if m.service is not service and m.host.lower() in names and port_number(m.port) == number
                ]
                if number is not None and is_loopback(one["host"]) and clients:
                    yield Advertised(
                        wanted=f"{one['host']}:{one['port']}",
                        anchor=part(text, *one.span("host")).anchor,
                        owner=service,
                        verdict=Verdict.CONFLICT,
                        service=service,
                        port=number,
                        clients=tuple(
                            (m.anchor, f"`{m.service.name}` asks this listener") for m in clients[:2]
                        ),
                    )


def _told(service: ComposeService) -> Iterator[tuple[Scalar, str]]:
    """What a service advertises, with what it listens on."""
    for name, value in service.environment.items():
        if name.endswith(_ADVERTISED) and not is_unknown_text(value.value):
            own = service.environment.get(name.replace(_ADVERTISED, _LISTENERS))
            yield value, own.value if own is not None else ""
    words = service.command.words if service.command is not None else ()
    given = {word.value: after for word, after in itertools.pairwise(words)}
    if _FLAG in given:
        own = given.get(_OWN_FLAG)
        yield given[_FLAG], own.value if own is not None else ""
