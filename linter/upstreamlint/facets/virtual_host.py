"""Does the next listener take the Host that is sent, and the name that TLS asks for?"""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Dial, Protocol
from upstreamlint.facets.judgement import FarEnd, Judgement, Obstacle
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index

_HTTP = frozenset({Protocol.HTTP, Protocol.HTTP1, Protocol.HTTP2, Protocol.GRPC})


def judge_host(index: Index, dial: Dial, container: Container, number: int) -> Judgement | None:
    """What one container makes of the names that it is asked for; nothing where it takes one of them, or nobody can tell."""
    programs = index.answering(container)
    if len(programs) != 1 or dial.protocol not in _HTTP:
        return None
    sni = dial.tls.sni if dial.tls is not None else None
    refused = programs[0].refuses_name(number, sni) if sni is not None else None
    if refused is not None:
        return _judgement(dial, container, number, Obstacle.TLS_NAME, sni or "", (refused,), None)
    replies = [programs[0].turned_away(_request(number, host)) for host in dial.hosts]
    first = replies[0] if replies else None
    if first is None or None in replies:
        return None
    far = ((first.anchor, first.text),)
    return _judgement(dial, container, number, Obstacle.OTHER_HOST, dial.hosts[0], far, first)


def _request(number: int, host: str) -> Request:
    return Request(port=number, method="GET", path="/", host=host)


def _judgement(
    dial: Dial,
    container: Container,
    number: int,
    obstacle: Obstacle,
    name: str,
    far_end: FarEnd,
    reply: Reply | None,
) -> Judgement:
    return Judgement(
        wanted=name,
        anchor=dial.hosts_anchor or dial.host_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial,
        facet=obstacle.facet,
        obstacle=obstacle,
        targets=(container.node,),
        number=number,
        far_end=far_end,
        reply=reply,
    )
