"""What a proxy that reads labels dials: the container that carries them, at its own address."""

from __future__ import annotations

from collections.abc import Iterator

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
    """What is sent to a container: the protocol, for which hosts, what is asked for health, and whether it is that alone."""

    protocol: Protocol = Protocol.HTTP1
    tls: Tls | None = None
    hosts: tuple[str, ...] = ()
    ask: Ask | None = None
    only_asked: bool = False


PLAIN = Spoken()
_SCHEMES = {
    "": PLAIN,
    "http": PLAIN,
    "https": Spoken(tls=Tls()),
    "h2c": Spoken(protocol=Protocol.HTTP2),
    "grpc": Spoken(protocol=Protocol.GRPC),
    "grpcs": Spoken(protocol=Protocol.GRPC, tls=Tls()),
    "fastcgi": Spoken(protocol=Protocol.FASTCGI),
    "uwsgi": Spoken(protocol=Protocol.UWSGI),
    "tcp": Spoken(protocol=Protocol.TCP),
}


def by_scheme(scheme: str) -> Spoken:
    """What a scheme in a label or variable means: HTTP where none is written; nobody knows what for one that is unknown."""
    return _SCHEMES.get(scheme.strip().lower(), Spoken(protocol=Protocol.UNKNOWN))


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
        protocol=spoken.protocol if port is not None else Protocol.UNKNOWN,
        tls=spoken.tls,
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
    anchor: Anchor,
    number: int,
    besides: frozenset[str],
    spoken: Spoken = PLAIN,
) -> Iterator[Judgement]:
    """The port that a label names or leaves to the proxy, which proves nothing for itself; `besides` are the labels of the proxy."""
    mode = service.network_mode
    if mode is not None and mode.value:
        return
    world = World(project, tuple(index.of(Project)), index.ladder, index.listening_of, index.tells)
    found = on(service, number, world, besides=besides)
    yield from judge_port(index, dial(service, project, proxy, runner, anchor, number, spoken), found)
