"""Addresses in a service's variables and command: what the program in it is told to dial.

Whether it does is not known, so only contradictions become references: a published port between containers, a port that
misses a declared one by little, a service within reach of nobody, a name that nobody in the project has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.compose.addresses import Address, addresses
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference, is_slip
from upstreamlint.model.compose import ComposeService, Project, container_ports
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import is_unknown_text, part

_ABOUT_ITSELF = re.compile(
    r"ADVERTISED|LISTENER|ORIGIN|CORS|ALLOWED|PUBLIC|EXTERNAL|CALLBACK|REDIRECT|NEXT_|VITE_|REACT_APP"
)
"""Parts of the names of variables that say how others see the service, or what a browser is told."""

_TELLING = frozenset(
    {
        Obstacle.NO_SHARED_NETWORK,
        Obstacle.BEHIND_PROFILE,
        Obstacle.NETWORK_MODE,
        Obstacle.SCALED_TO_ZERO,
        Obstacle.UNKNOWN_NAME,
        Obstacle.PUBLISHED,
        Obstacle.LOOPBACK_ONLY,
    }
)


def link(index: Index) -> Iterator[Reference]:
    """The addresses that contradict the project."""
    for project in index.of(Project):
        if project.fragment:
            continue
        for service in project.services.values():
            caller = Caller(program="", service=service, project=project)
            for variable, text in _texts(service, project):
                for address in addresses(variable, text.value):
                    yield from _judged(index, caller, variable, text, address)


def _texts(service: ComposeService, project: Project) -> Iterator[tuple[str, Scalar]]:
    """What is written in the Compose files themselves: an `env_file` is shared by services that do not read all of it."""
    for name, value in service.environment.items():
        if value.source.path in project.files and not _ABOUT_ITSELF.search(name.upper()):
            yield name, value
    if service.command is not None:
        yield from (("", word) for word in service.command.words)


def _judged(
    index: Index, caller: Caller, variable: str, text: Scalar, address: Address
) -> Iterator[Judgement]:
    service = caller.service
    if (
        service is None
        or is_unknown_text(text.value[slice(*address.at)])
        or address.host.lower() == service.name.value.lower()
    ):
        return
    dial = Dial(
        caller=caller,
        owner=service,
        route=None,
        host=address.host,
        host_anchor=part(text, *address.at).anchor,
        port=decimal(address.port),
        port_anchor=part(text, *address.port_at).anchor if address.port else text.anchor,
        purpose=Purpose.WRITTEN,
        variable=variable,
    )
    for found in judge(index, dial):
        if isinstance(found, Judgement) and found.broken and _tells(found, address):
            yield replace(found, certain=_fits(found, caller.project))


def _tells(found: Judgement, address: Address) -> bool:
    """Whether it is worth a word: a name that nobody in the project has, a port that misses a declared one by little."""
    if found.obstacle is Obstacle.NOT_SERVED:
        # What the program is told, or its own configuration, rests on nothing.
        return not found.assumption or is_slip(found.number or 0, found.near)
    if found.obstacle is Obstacle.UNKNOWN_NAME and found.verdict is not Verdict.NEAR_MISS:
        return address.dialled and "." not in address.host
    return found.obstacle in _TELLING


def _fits(found: Judgement, project: Project | None) -> bool:
    """Whether it can mean nothing else: a slip in a port, or in the name of a service that declares the port."""
    if found.obstacle is Obstacle.NOT_SERVED:
        return is_slip(found.number or 0, found.near)
    if found.verdict is not Verdict.NEAR_MISS or found.number is None or project is None:
        return False
    meant = (project.services.get(c.instead) for c in found.near[:1])
    return any(p.number == found.number for s in meant if s is not None for p in container_ports(s))
