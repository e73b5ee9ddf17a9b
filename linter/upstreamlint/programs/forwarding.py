"""Programs that forward requests, in one shape: where each runs, which requests it takes, and what it dials for them.

A program's own folder reads its language and states `Way`s; who answers there, and whether the hop works, is judged
for all of them in the same place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Listen, Listening
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask, Caller, Dial, Permission, Protocol, Purpose, Tls
from upstreamlint.facets.hop import judge
from upstreamlint.facets.spread import PLAIN, Spread
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Node, Route
from upstreamlint.graph.references import Reference
from upstreamlint.programs.lone import Lone
from upstreamlint.programs.reading import Found
from upstreamlint.readers.fault import Fault
from upstreamlint.readers.fragment import Fragment
from upstreamlint.source import Anchor
from upstreamlint.values import entity

Link = Route | Edge | Reference


@entity(kw_only=True)
class Target:
    """One address that is dialled; the fields are those of a `Dial`. `share` is its part of the pool's requests."""

    host: str
    host_anchor: Anchor
    port: int | None
    port_anchor: Anchor
    share: float | None = 1.0
    spread: Spread = PLAIN
    backup: int = 0
    defaulted: bool = False
    at_start: bool = False
    own_resolver: bool = False
    protocol: Protocol = Protocol.UNKNOWN
    tls: Tls | None = None
    proxy_header: bool = False
    purpose: Purpose = Purpose.ROUTE
    hosts: tuple[str, ...] = ()
    hosts_anchor: Anchor | None = None
    ask: Ask | None = None
    permission: Permission | None = None


@entity(kw_only=True)
class Pool:
    """Targets that requests are spread over. `name` is empty for a pool that only one way leads to.

    `emptied` are settings of the program `by` with which answers alone take every target out, each with what it does.
    `out` are the places that take each server out, where none is left; `enabled` is how one may be put back at run time. `lacks` says what gives it no server at all,
    and `meant` is the pool that must have been meant. `misread` are addresses that the program takes for something else.
    """

    name: str
    where: str
    anchor: Anchor
    targets: tuple[Target, ...]
    by: str = ""
    emptied: tuple[tuple[Anchor, str], ...] = ()
    out: tuple[Anchor, ...] = ()
    enabled: str = ""
    lacks: str = ""
    meant: tuple[Anchor, str] | None = None
    misread: tuple[Scalar, ...] = ()

    @property
    def id(self) -> str:
        """The file, and its name or place in it."""
        return f"{self.anchor.source.path}#{self.name or self.where}"


@entity(kw_only=True)
class Way:
    """A match of a listener with the pool that it leads to; `share` is nothing where it depends on the request.

    `pool` is missing where the program answers itself, or where nobody can tell. `ended` is where the TLS of clients ends.
    """

    kind: str
    listener: str
    match: str
    anchor: Anchor
    pool: Pool | None
    share: float | None = 1.0
    ended: Anchor | None = None


@entity(kw_only=True)
class Forwarder:
    """A program that runs in a container. `alone` says that nothing but it runs there.

    `complete` says that all of its configuration is known, `faults` why it does not start. `bound` says that
    `own` is all that it listens on. `sockets` are the paths of Unix sockets that it dials, and does not make itself.
    """

    program: str
    container: Container
    fragments: tuple[Fragment, ...]
    own: tuple[Listen, ...]
    ways: tuple[Way, ...]
    faults: tuple[Fault, ...]
    complete: bool
    alone: bool = False
    bound: bool = False
    sockets: tuple[Scalar, ...] = ()

    @property
    def id(self) -> str:
        """What runs where."""
        return f"{self.program}/{self.container.id}"

    @property
    def anchor(self) -> Anchor:
        """The start of its first file."""
        place = self.fragments[0].place(0, 0)
        return Anchor(place.source, place.start, place.start)

    @property
    def caller(self) -> Caller:
        """The program as the one who dials."""
        return Caller(
            program=self.program,
            service=self.container.service,
            project=self.container.project,
            workload=self.container.workload,
            container=self.container.part,
            listens=frozenset(listen.port for listen in self.own if listen.port is not None),
            own=self.own,
            alone=self.alone,
            complete=self.complete,
        )

    @property
    def serving(self) -> tuple[tuple[Container, Listening], ...]:
        """Its container, where it starts and nothing but it serves there, with what it listens on."""
        if self.faults or not (self.complete and self.alone and self.bound):
            return ()
        return ((self.container, Listening(listens=self.own, closed=True)),)


def found(forwarders: Iterable[Forwarder]) -> Found:
    """Programs with the files that they were read from."""
    every = tuple(forwarders)
    return Found(resources=every, sources=tuple(f.source for one in every for f in one.fragments))


def link(index: Index, one: Forwarder | Lone) -> Iterator[Link]:
    """The routes of a program, and the hops that they take."""
    seen: Counter[str] = Counter()
    dialled: set[int] = set()
    caller = one.caller
    for way in one.ways:
        key = f"{way.listener} {way.match}"
        seen[key] += 1
        key = f"{key} {seen[key]}" if seen[key] > 1 else key
        route = Route(way.kind, one, way.listener, way.match, way.anchor, key)
        yield route
        if isinstance(one, Forwarder):
            text = f"{one.program} in {one.container.title} takes {way.listener} {way.match}".rstrip()
            yield Edge(one.container.node, route, way.anchor, text, None)
        pool = way.pool
        if pool is None:
            continue
        owner: Node = route
        if pool.name or len(pool.targets) > 1 or pool.misread:
            owner = pool
            text = (
                f"passed to `{pool.name}`"
                if pool.name
                else f"{len(pool.targets) + len(pool.misread)} upstreams"
            )
            yield Edge(route, pool, way.anchor, text, way.share)
        if id(pool) not in dialled:
            dialled.add(id(pool))
            for target in pool.targets:
                yield from judge(index, _dial(caller, target, owner, route, way.ended))


def _dial(caller: Caller, target: Target, owner: Node, route: Route, ended: Anchor | None) -> Dial:
    return Dial(
        caller=caller,
        owner=owner,
        route=route,
        host=target.host,
        host_anchor=target.host_anchor,
        port=target.port,
        port_anchor=target.port_anchor,
        defaulted=target.defaulted,
        at_start=target.at_start,
        own_resolver=target.own_resolver,
        share=target.share,
        spread=target.spread,
        backup=target.backup,
        protocol=target.protocol,
        tls=target.tls,
        proxy_header=target.proxy_header,
        purpose=target.purpose,
        hosts=target.hosts,
        hosts_anchor=target.hosts_anchor,
        ask=target.ask,
        permission=target.permission,
        ended=ended,
    )
