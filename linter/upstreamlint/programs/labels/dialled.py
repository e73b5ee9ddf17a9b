"""What a proxy that reads labels dials: the container that carries them, at its own address."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask, Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.hop import judge_port
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.index import Index
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.places.compose.ports import on
from upstreamlint.places.compose.world import World
from upstreamlint.programs.labels.proxies import Runner
from upstreamlint.source import Anchor
from upstreamlint.values import frozen


@frozen(kw_only=True)
class Spoken:
    """What is sent to a container: with TLS, for which hosts, what is asked for health, and whether it is that alone."""

    secure: bool = False
    hosts: tuple[str, ...] = ()
    ask: Ask | None = None
    only_asked: bool = False


PLAIN = Spoken()


def dial(
    service: ComposeService,
    project: Project,
    proxy: str,
    runner: Runner | None,
    anchor: Anchor,
    port: int | None,
    spoken: Spoken = PLAIN,
) -> Dial:
    """The container of a service, from where the proxy runs, if that is in the files."""
    return Dial(
        caller=Caller(
            program=proxy,
            service=runner.service if runner is not None else None,
            project=runner.project if runner is not None else project,
        ),
        owner=service,
        route=None,
        host=service.name.value,
        host_anchor=anchor,
        port=port,
        port_anchor=anchor,
        protocol=Protocol.HTTP1 if port is not None else Protocol.UNKNOWN,
        tls=Tls() if spoken.secure else None,
        hosts=spoken.hosts,
        purpose=Purpose.ASK if spoken.only_asked else Purpose.ROUTE,
        by_address=True,
        ask=spoken.ask,
    )


def port(
    index: Index,
    service: ComposeService,
    project: Project,
    proxy: str,
    runner: Runner | None,
    written: Scalar,
    number: int,
    besides: frozenset[str],
    spoken: Spoken = PLAIN,
) -> Iterator[Judgement]:
    """The port that a label names, which proves nothing for itself; `besides` are the labels of the proxy."""
    mode = service.network_mode
    if mode is not None and mode.value:
        return
    world = World(project, tuple(index.of(Project)), index.ladder, index.listening_of)
    found = on(service, number, world, besides=besides)
    yield from judge_port(index, dial(service, project, proxy, runner, written.anchor, number, spoken), found)
