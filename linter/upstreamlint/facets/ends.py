"""The last step of a hop: the containers that a port leads to, and how what listens there faces what is dialled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen, Listening
from upstreamlint.facets.bind import bind
from upstreamlint.facets.dial import Dial, Protocol
from upstreamlint.facets.judgement import Facet, Judgement
from upstreamlint.facets.probed import grpc as shown_grpc
from upstreamlint.facets.probed import secured as shown_secure
from upstreamlint.facets.protocol import protocol
from upstreamlint.facets.proxy_header import proxy_header
from upstreamlint.facets.redirect import judge_redirect
from upstreamlint.facets.tls import by_port, tls
from upstreamlint.facets.verdict import Facing
from upstreamlint.facets.virtual_host import judge_host
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import pod_port, serving_container
from upstreamlint.graph.nodes import Node
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.model.kubernetes.workload import Workload
from upstreamlint.places.address import is_loopback
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class End(NamedTuple):
    """A container that a port leads to, under the number that it is dialled as there."""

    container: Container
    number: int


def judge_ends(
    index: Index,
    dial: Dial,
    target: Node,
    number: int,
    *,
    stated: bool = True,
    shown: bool = True,
    secured: bool = True,
    connects: bool = True,
) -> Iterator[Judgement]:
    """Bind, protocol and TLS of a port that was found: each obstacle once.

    `stated` says that what a Service says of its port is held against what is spoken, and not only what listens, `shown`
    the same of what probes show;
    `secured` that it is known whether the one who dials speaks TLS, `connects` that a port of UDP is found here and
    not where the port was looked up.
    """
    if isinstance(target, ServicePort):
        said = (_datagrams(target) if connects else None) or (_stated(target) if stated else None)
        if said is not None and _faces(dial, (said,)) and not _belied(index, target, said):
            yield judgement(dial, target, number, _faces(dial, (said,))[0])
            return
    for end in ends(index, target, number):
        listens = index.listening(end.container).on(end.number)
        found = [*_faces(dial, listens or _only(end.container, index.listening(end.container)))]
        probed = shown_secure(end.container, end.number) if shown else None
        if probed is not None and all(listen.tls is None for listen in listens):
            found += _faces(dial, (probed,))
        asked = shown_grpc(end.container, end.number) if shown else None
        if asked is not None and not any(listen.protocol for listen in listens):
            found += _faces(dial, (asked,))
        if not isinstance(target, ServicePort):
            # A Service is asked by itself whether its pods listen for it (see `graph.services`).
            found[:0] = [bind(listens)]
        for facing in found:
            if facing.obstacle is not None and (secured or facing.obstacle.facet is not Facet.TLS):
                yield judgement(dial, end.container.node, end.number, facing)
                break
        else:
            other = judge_host(index, dial, end.container, end.number)
            other = other or judge_redirect(index, dial, end.container, end.number)
            if other is not None:
                yield other


def _only(container: Container, listening: Listening) -> tuple[Listen, ...]:
    """What an image starts that speaks no HTTP on any port, where nothing else is started: php-fpm."""
    alone = not container.words and not container.incomplete
    heard = listening.listens if alone else ()
    return heard if all(one.protocol in _NO_HTTP for one in heard) else ()


_NO_HTTP = frozenset({"fastcgi", "uwsgi", "scgi", "ajp"})


def _belied(index: Index, port: ServicePort, said: Listen) -> bool:
    """Whether a Service calls a port plain that the probes of all its pods ask with TLS: then its name is only a name."""
    found = [shown_secure(end.container, end.number) for end in ends(index, port, port.number)]
    return said.tls is False and bool(found) and all(one is not None for one in found)


def judge_spoken(index: Index, dial: Dial, end: End) -> Judgement | None:
    """Protocol and TLS of what listens at an end, where it does not understand what is dialled."""
    found = _faces(dial, index.listening(end.container).on(end.number))
    broken = next((facing for facing in found if facing.obstacle is not None), None)
    return judgement(dial, end.container.node, end.number, broken) if broken is not None else None


def judge_own(dial: Dial) -> Iterator[Judgement]:
    """A program that dials itself: how its own listeners face what it speaks."""
    if is_loopback(dial.host) and dial.port is not None:
        ipv6 = ":" in dial.host
        listens = [n for n in dial.caller.own if n.port == dial.port]
        # Where no other socket is open for IPv4, one for all addresses takes it, too.
        own = [n for n in listens if (n.address == ANY6) == ipv6]
        for facing in _faces(dial, own or listens):
            if facing.obstacle is not None:
                yield judgement(dial, dial.owner, dial.port, facing)


def judge_number(dial: Dial) -> Iterator[Judgement]:
    """What the number of a port tells, where nothing that listens there is known."""
    if dial.port is None or dial.defaulted or dial.protocol is not Protocol.HTTP1 or is_loopback(dial.host):
        return
    facing = by_port(spoken=dial.tls is not None, number=dial.port)
    if facing.obstacle is not None:
        yield judgement(dial, dial.owner, dial.port, facing)


def ends(index: Index, target: Node, number: int) -> Iterator[End]:
    """The containers behind a Compose service or a Service's port."""
    if isinstance(target, ServicePort):
        for workload in index.behind(target):
            own = pod_port(workload, target)
            if own is not None:
                yield from of_workload(index, workload, own)
    else:
        for container in index.containers(target):
            if container.part is None and not container.incomplete:
                yield End(container, number)


def of_workload(index: Index, workload: Workload, number: int) -> Iterator[End]:
    """The container of a workload's pods that serves a port, where that can be told."""
    part = serving_container(workload, number)
    if part is None or workload.meta.patched:
        return
    for container in index.containers(workload):
        if container.part is part:
            yield End(container, number)


def _faces(dial: Dial, listens: Sequence[Listen]) -> list[Facing]:
    """What protocol and TLS say, where all that may take the port agree."""
    if not listens:
        return []
    begun = [proxy_header(dial.protocol, listen, sent=dial.proxy_header) for listen in listens]
    known = dial.protocol not in (Protocol.UNKNOWN, Protocol.TCP)
    # Bytes that are handed on may be TLS of the client; what the program puts around them is its own.
    wrapped = dial.tls is not None
    spoken = [tls(spoken=wrapped, listen=listen) for listen in listens if known or wrapped]
    understood = [protocol(dial.protocol, listen) for listen in listens if known]
    for found in filter(None, (begun, spoken, understood)):
        if all(facing.obstacle is not None for facing in found):
            return found[:1]
    return []


_TLS_NAMES = frozenset({"https", "wss", "tls"})
_PLAIN_NAMES = frozenset({"http", "ws", "h2c", "grpc", "http2"})


def _datagrams(port: ServicePort) -> Listen | None:
    """A port of UDP, which hands on no connection whatever listens behind it."""
    if port.protocol != "UDP":
        return None
    text = f"port {port.number} of Service `{port.service_title}` is UDP"
    return Listen(
        address="",
        port=port.number,
        anchor=port.anchor,
        text=text,
        evidence=Evidence.CONFIGURED,
        protocol="udp",
    )


def _stated(port: ServicePort) -> Listen | None:
    """What the name or `appProtocol` of a Service's port says that it speaks."""
    written = port.app_protocol or port.name
    if written is None:
        return None
    says = written.value.lower().partition("-")[0].rpartition("/")[2]
    if says not in _TLS_NAMES | _PLAIN_NAMES:
        return None
    secure = says in _TLS_NAMES
    return Listen(
        address="",
        port=port.number,
        anchor=written.anchor,
        text=f"says that it speaks `{written}`",
        evidence=Evidence.STATED,
        protocol="http" if says in ("https", "http", "wss", "ws") else "",
        tls=secure,
    )


def judgement(dial: Dial, target: Node, number: int, facing: Facing) -> Judgement:
    """What a facet says, as a judgement."""
    listen, obstacle = facing.listen, facing.obstacle
    far: tuple[tuple[Anchor, str], ...] = ((listen.anchor, _text(listen)),) if listen is not None else ()
    if (
        listen is not None
        and listen.tls_told is not None
        and obstacle is not None
        and obstacle.facet is Facet.TLS
    ):
        far = (listen.tls_told,)
    return Judgement(
        wanted=str(number),
        anchor=dial.protocol_anchor or dial.port_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial,
        facet=obstacle.facet if obstacle is not None else Facet.PROTOCOL,
        obstacle=obstacle,
        targets=(target,),
        number=number,
        far_end=far,
        assumption=facing.assumption,
        listen=listen,
    )


def _text(listen: Listen) -> str:
    if listen.evidence is Evidence.STATED:
        return listen.text
    if listen.protocol == "udp":
        return listen.text
    where = f"port {listen.port}" if listen.port is not None else "its port"
    what = f" as {listen.protocol}" if listen.protocol else ""
    return f"`{listen.text}`: {where}{what}"
