"""Addresses in a service's variables and command: what the program in it is told to dial.

Whether it does is not known, so only contradictions become references: a published port between containers, a
service within reach of nobody, a name that misses one by little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Purpose
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Reference
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
        Obstacle.NO_SHARED_NETWORK,
        Obstacle.NETWORK_MODE,
        Obstacle.SCALED_TO_ZERO,
        Obstacle.UNKNOWN_NAME,
        Obstacle.PUBLISHED,
    }
)


def link(index: Index) -> Iterator[Reference]:
    """The addresses that contradict the project."""
    for project in index.of(Project):
        if project.fragment:
            continue
        for service in project.services.values():
            caller = Caller(program="", service=service, project=project)
            for text in _texts(service, project):
                for match in _URL.finditer(text.value):
                    yield from _judged(index, caller, text, match)


def _texts(service: ComposeService, project: Project) -> Iterator[Scalar]:
    """What is written in the Compose files themselves: an `env_file` is shared by services that do not read all of it."""
    for name, value in service.environment.items():
        if value.source.path in project.files and not _ABOUT_ITSELF.search(name.upper()):
            yield value
    if service.command is not None:
        yield from service.command.words


def _judged(index: Index, caller: Caller, text: Scalar, match: re.Match[str]) -> Iterator[Reference]:
    service = caller.service
    if (
        service is None
        or is_unknown_text(match.group())
        or match["host"].lower() == service.name.value.lower()
    ):
        return
    dial = Dial(
        caller=caller,
        owner=service,
        route=None,
        host=match["host"],
        host_anchor=part(text, *match.span("host")).anchor,
        port=decimal(match["port"] or ""),
        port_anchor=part(text, *match.span("port")).anchor if match["port"] else text.anchor,
        purpose=Purpose.WRITTEN,
    )
    for found in judge(index, dial):
        if not isinstance(found, Judgement) or not found.broken or found.obstacle not in _TELLING:
            continue
        if found.obstacle is not Obstacle.UNKNOWN_NAME or found.verdict is Verdict.NEAR_MISS:
            yield found
