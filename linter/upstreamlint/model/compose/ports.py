"""The ports that a container is said to listen on, with how strongly it is said.

None of it is proof: a container may listen on ports that nobody declared, so absence says nothing.
"""

from __future__ import annotations

from enum import IntEnum

from upstreamlint.model.compose.images import image_facts
from upstreamlint.model.compose.types import ComposeService
from upstreamlint.readers.compose.tree import is_unknown
from upstreamlint.source import Anchor
from upstreamlint.values import frozen


class Evidence(IntEnum):
    """Where a port is named; more is stronger."""

    IMAGE = 1
    DOCKERFILE = 2
    EXPOSE = 3
    PORTS = 4


@frozen
class ContainerPort:
    """A port inside a container."""

    number: int
    protocol: str
    evidence: Evidence
    anchor: Anchor


def container_ports(service: ComposeService) -> tuple[ContainerPort, ...]:
    """Every declared port of a service, each once with its strongest evidence, the strongest first."""
    found: dict[tuple[int, str], ContainerPort] = {}
    for port in _declared(service):
        found.setdefault((port.number, port.protocol), port)
    return tuple(found.values())


def _declared(service: ComposeService) -> list[ContainerPort]:
    ports = [
        ContainerPort(p.target, p.protocol, Evidence.PORTS, p.anchor)
        for p in service.ports
        if p.target is not None
    ]
    ports.extend(ContainerPort(e.number, e.protocol, Evidence.EXPOSE, e.anchor) for e in service.expose)
    stage = service.stage
    if stage is not None:
        ports.extend(
            ContainerPort(e.number, e.protocol, Evidence.DOCKERFILE, e.anchor) for e in stage.exposed
        )
    image = stage.base if stage is not None else None if service.build else service.image
    if image is not None:
        facts = image_facts(image.value, _told(service))
        ports.extend(ContainerPort(n, "tcp", Evidence.IMAGE, image.anchor) for n in facts.ports)
    return ports


def _told(service: ComposeService) -> frozenset[str]:
    """The variables that are set, to whatever value is known."""
    own = service.stage.environment if service.stage is not None else {}
    both = {**own, **service.environment}
    return frozenset(name for name, value in both.items() if value.value and not is_unknown(value))
