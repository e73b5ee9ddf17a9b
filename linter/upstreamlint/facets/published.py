"""A published port that the machine hands to a container: does what runs there listen for it?"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose
from upstreamlint.facets.ends import End
from upstreamlint.facets.forward import bound, handed_over, told_of
from upstreamlint.facets.judgement import Judgement
from upstreamlint.facets.virtual_host import judge_host
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Route
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.model.compose.types import ComposeService, PublishedPort


def judge_published(
    index: Index, service: ComposeService, port: PublishedPort, route: Route, *, named: bool
) -> Iterator[Judgement]:
    """The same of a port that the machine hands to a container; `named` says that something else of it names the number."""
    number = port.target
    span = service.spans[port.anchor]
    if port is not span[0]:
        # Of a range that is published at once the container uses what it needs.
        return
    containers = index.containers(service)
    if (
        number is None
        or port.protocol != "tcp"
        or len(containers) != 1
        or service.incomplete
        or service.unread
    ):
        return
    dial = Dial(
        caller=Caller(program=f"published port {port.text}".strip()),
        owner=service,
        route=route,
        host=service.name.value,
        host_anchor=port.anchor,
        port=number,
        port_anchor=port.anchor,
        purpose=Purpose.FORWARD,
    )
    end = End(containers[0], number)
    # Where one port of several is right, the others may be those of something else in the container.
    told = told_of(index, end)
    if len(span) > 1 and any(p.target in told for p in span):
        return
    served = not told.isdisjoint(service.targets)
    # Nor is it likely that several ports of an image that is not known are all wrong: what is told then is one more.
    several = len(service.targets) > 1 and not index.listening(end.container).usual
    if served and number not in told and _idle(service, told):
        yield from handed_over(index, dial, end, named=False)
    elif not (served and index.listening(end.container).closed):
        yield from handed_over(index, dial, end, named=named or served or several)
    else:
        yield from bound(index, dial, end)
    yield from _named_with_port(index, dial, end, port.published)


def _idle(service: ComposeService, told: set[int | None]) -> bool:
    """Whether a program listens on a port that the service neither publishes nor exposes: one that leads nowhere was for it."""
    return bool(told - service.targets - service.exposed - {None})


def _named_with_port(index: Index, dial: Dial, end: End, published: int | None) -> Iterator[Judgement]:
    """Clients name a port that is not their protocol's own in the Host, too."""
    programs = index.answering(end.container)
    if published in _PLAIN_PORTS or len(programs) != 1:
        return
    names = programs[0].names_on(end.number)
    if any(":" in name for name in names):
        return
    hosts = tuple(f"{name}:{published}" for name in names)
    found = judge_host(index, replace(dial, hosts=hosts, protocol=Protocol.HTTP1), end.container, end.number)
    if found is not None:
        yield replace(found, assumption="nothing in front of it takes the port off the Host")


_PLAIN_PORTS = frozenset({None, 80, 443})
