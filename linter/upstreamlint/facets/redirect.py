"""Is a request that came over TLS, and is sent on without, sent back to come over TLS? Then it goes round for ever."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.facets.dial import Dial, Protocol, Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.facets.upgrades import upgraded
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Node

_HTTP = frozenset({Protocol.HTTP, Protocol.HTTP1, Protocol.HTTP2})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOCATION = patterns.compile(
    r"https://(?P<host>\$[a-z_]{1,20}|\{host\}|%\[req\.hdr\(host\)\]|[^/:?#$%{]{1,253})(?::443)?(?:[/?#$%{].*)?\Z"
)
_SAME = frozenset({"$host", "$http_host", "$server_name", "{host}", "%[req.hdr(host)]"})
"""What programs write for the host that was asked for."""


def judge_redirect(index: Index, dial: Dial, container: Container, number: int) -> Judgement | None:
    """That one container sends back what comes to it without TLS; nothing where it does not, or nobody can tell."""
    if dial.ended is None or dial.tls is not None:
        return None
    if dial.purpose is not Purpose.ROUTE or dial.protocol not in _HTTP:
        return None
    host = dial.hosts[0] if dial.hosts else ""
    path = dial.route.match if dial.route is not None and dial.route.match.startswith("/") else "/"
    found = _sent_back(index, container, Request(port=number, method="GET", path=path, host=host))
    return back_to_tls(dial, container.node, number, found) if found is not None else None


def back_to_tls(dial: Dial, target: Node, number: int, found: Reply) -> Judgement:
    """What comes of a redirect to TLS that a plain dial gets behind it."""
    ended = ((dial.ended, "the TLS of clients ends here"),) if dial.ended is not None else ()
    return Judgement(
        wanted=str(number),
        anchor=dial.protocol_anchor or dial.port_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial,
        facet=Obstacle.BACK_TO_TLS.facet,
        obstacle=Obstacle.BACK_TO_TLS,
        targets=(target,),
        number=number,
        far_end=((found.anchor, found.text), *ended),
        assumption=found.assumption,
        reply=found,
    )


def _sent_back(index: Index, container: Container, request: Request) -> Reply | None:
    """The redirect to the same host over TLS that a request gets."""
    programs = index.answering(container)
    if not programs:
        return upgraded(index, container, request)
    reply = programs[0].reply(request) if len(programs) == 1 else None
    if reply is None or reply.status not in _REDIRECTS:
        return None
    match = _LOCATION.match(reply.location)
    same = match is not None and (match["host"] in _SAME or match["host"].lower() == request.name)
    return reply if same else None
