"""What is waited for, judged from the container that waits: loops in front of a program, and whatever init containers ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.waits import Wait, waits
from upstreamlint.facets.dial import Caller, Dial, Purpose
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.places.address import is_loopback
from upstreamlint.values import replace


def in_loops(index: Index, containers: Iterable[Container]) -> Iterator[Judgement]:
    """What the loops in front of programs wait for."""
    for container in containers:
        if any(loop in word.value for word in container.words for loop in _LOOPS):
            for wait in waits(container.commands, fetches=False):
                yield from judged(index, container, wait)


_LOOPS = ("until ", "while ")


def judged(index: Index, container: Container, wait: Wait) -> Iterator[Judgement]:
    """The name and the port; a name that only is not here may be of the platform, however whole the release is."""
    if is_loopback(wait.host):
        return
    caller = Caller(
        program=wait.tool,
        workload=container.workload,
        container=container.part,
        service=container.service,
        project=container.project,
    )
    dial = Dial(
        caller=caller,
        owner=container.node,
        route=None,
        host=wait.host,
        host_anchor=wait.host_anchor,
        port=wait.port,
        port_anchor=wait.port_anchor,
        purpose=Purpose.WAIT,
    )
    for found in judge(index, dial):
        if not isinstance(found, Judgement) or found.facet not in _TOLD:
            continue
        if found.facet is Facet.PORT and wait.port is None:
            continue
        lacks = found.verdict is Verdict.ABSENT and container.workload is not None
        yield replace(found, verdict=Verdict.EXTERNAL) if lacks else found


_TOLD = frozenset({Facet.NAME, Facet.PATH, Facet.PORT})
