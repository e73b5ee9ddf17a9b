"""Addresses in a service's variables and command: what the program in it is told to dial.

Whether it does is not known, so only contradictions become references: a published port between containers, a
service within reach of nobody, a name that misses one by little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.compose.dial import dial
from upstreamlint.graph.compose.types import World
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
from upstreamlint.graph.upstreams import HostObstacle, PortObstacle, UpstreamHost, UpstreamPort
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.numerals import decimal
from upstreamlint.readers.compose.tree import is_unknown_text, part

_URL = re.compile(
    r"\b(?P<scheme>[a-z][a-z0-9+.-]*)://(?:[^@/\s,\"']*@)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
    r"(?::(?P<port>\d{1,5}))?(?![\w.:-])"
)
_ABOUT_ITSELF = re.compile(
    r"ADVERTISED|LISTENER|ORIGIN|CORS|ALLOWED|PUBLIC|EXTERNAL|CALLBACK|REDIRECT|NEXT_|VITE_|REACT_APP"
)
"""Parts of the names of variables that say how others see the service, or what a browser is told."""

_TELLING = frozenset(
    {
        HostObstacle.NO_SHARED_NETWORK,
        HostObstacle.NETWORK_MODE,
        HostObstacle.SCALED_TO_ZERO,
        HostObstacle.UNKNOWN_NAME,
    }
)


def link(index: Index) -> Iterator[Reference]:
    """The addresses that contradict the project."""
    projects = tuple(index.of(Project))
    for project in projects:
        if project.fragment:
            continue
        world = World(project, projects, index.ladder)
        for service in project.services.values():
            for text in _texts(service, project):
                for match in _URL.finditer(text.value):
                    yield from _judged(service, text, match, world)


def _texts(service: ComposeService, project: Project) -> Iterator[Scalar]:
    """What is written in the Compose files themselves: an `env_file` is shared by services that do not read all of it."""
    for name, value in service.environment.items():
        if value.source.path in project.files and not _ABOUT_ITSELF.search(name.upper()):
            yield value
    if service.command is not None:
        yield from service.command.words


def _judged(service: ComposeService, text: Scalar, match: re.Match[str], world: World) -> Iterator[Reference]:
    host, written = match["host"], match["port"]
    if is_unknown_text(match.group()) or host.lower() == service.name.value.lower():
        return
    answer = dial(service, host, decimal(written or ""), world)
    found = answer.host
    near_name = found.obstacle is not HostObstacle.UNKNOWN_NAME or found.verdict is Verdict.NEAR_MISS
    if found.verdict.broken and found.obstacle in _TELLING and near_name:
        yield UpstreamHost(
            wanted=host,
            anchor=part(text, *match.span("host")).anchor,
            owner=service,
            verdict=found.verdict,
            near=found.near,
            route=None,
            proxy="",
            client=service,
            at_start=False,
            obstacle=found.obstacle,
            targets=found.targets,
            far_end=found.far_end,
        )
    for port in answer.ports:
        if port.obstacle is PortObstacle.PUBLISHED:
            yield UpstreamPort(
                wanted=written,
                anchor=part(text, *match.span("port")).anchor,
                owner=service,
                verdict=port.verdict,
                near=port.near,
                route=None,
                proxy="",
                client=service,
                target=port.target,
                number=port.number,
                obstacle=port.obstacle,
                far_end=port.far_end,
            )
