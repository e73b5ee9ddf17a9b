"""What comes of what a load balancer asks the pods of a workload."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import Evidence, Listen
from upstreamlint.facets.answer import judge_end, not_shown
from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.ends import End, judge_ends, of_workload
from upstreamlint.facets.judgement import Facet, FarEnd, Judgement, Obstacle
from upstreamlint.facets.probed import asks_http
from upstreamlint.facets.protocol import SAYS_SO
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import pod_port, shows_port
from upstreamlint.model.kubernetes import Workload
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.source import Anchor
from upstreamlint.values import replace

_ONE_VERSION = "the port takes no HTTP/2 beside what the probe speaks"
_UNDECLARED = "what the pods do not declare they do not serve"


def judge(index: Index, front: Front, question: Question, workload: Workload) -> Iterator[Judgement]:
    """The port, then TLS, then the answer: the first that stands in the way."""
    serving = pod_port(workload, front.port)
    number = question.port if question.port is not None else serving
    if number is None:
        return
    dial = _dial(front, question, number)
    if number != serving and not _shown(index, workload, number):
        text = f"the pods of `{workload.title}` do not declare port {number}"
        far = ((workload.anchor, text),)
        yield _conflict(dial, workload, number, Obstacle.NOT_SERVED, far, _UNDECLARED)
        return
    for end in of_workload(index, workload, number):
        said = _scheme(end)
        if question.http2 and number != serving and said is not None and not said[1]:
            found = _conflict(dial, workload, number, Obstacle.OTHER_PROTOCOL, (said[0],), _ONE_VERSION)
            yield replace(found, listen=_plain(number, *said[0]))
            continue
        against = question.against if said is None else None
        if said is not None and question.secure not in (None, said[1]):
            against, assumption = said[0], SAYS_SO
        else:
            assumption = question.assumption
        if against is not None:
            obstacle = Obstacle.TLS_TO_PLAIN if question.secure else Obstacle.PLAIN_TO_TLS
            yield _conflict(dial, workload, number, obstacle, (against,), assumption)
            continue
        # Where the port has probes, they tell better what it speaks than its name.
        faced = (
            list(judge_ends(index, dial, front.port, number)) if number == serving and said is None else []
        )
        if faced:
            yield from faced
            continue
        if question.ask.opaque:
            continue
        shown = not_shown(dial, end, question.far, question.assumption) if question.far else None
        answered = shown or judge_end(index, dial, end)
        if answered is not None:
            yield answered


def _shown(index: Index, workload: Workload, number: int) -> bool:
    """Whether something shows the pods to serve a port: what they declare, what configures them, or what is known of an image."""
    heard = (index.listening(container).on(number) for container in index.containers(workload))
    return shows_port(workload, number) or index.configures(workload, number) or any(heard)


def _dial(front: Front, question: Question, number: int) -> Dial:
    return Dial(
        caller=Caller(program=question.by),
        owner=front.port,
        route=None,
        host=front.service.meta.name.value,
        host_anchor=front.name.anchor,
        port=number,
        port_anchor=question.port_anchor or question.ask.anchor,
        protocol=Protocol.TCP
        if question.secure is None
        else Protocol.HTTP2
        if question.http2
        else Protocol.HTTP1,
        protocol_anchor=question.ask.anchor,
        tls=Tls() if question.secure else None,
        purpose=Purpose.ASK,
        ask=question.ask,
    )


def _scheme(end: End) -> tuple[tuple[Anchor, str], bool] | None:
    """What the HTTP probes of a port say that it speaks: where, and whether that is TLS."""
    part = end.container.part
    probes = [p for p in part.probes if asks_http(end.container, p, end.number)] if part is not None else []
    schemes = {p.scheme for p in probes}
    if len(schemes) != 1:
        return None
    first = probes[0]
    return (first.anchor, f"the {first.kind} speaks {first.scheme}"), first.scheme == "HTTPS"


def _plain(number: int, anchor: Anchor, text: str) -> Listen:
    """What a probe shows to listen on a port: plain HTTP/1.1, which kubelet speaks."""
    return Listen(
        address="", port=number, anchor=anchor, text=text, evidence=Evidence.STATED, protocol="http/1.1"
    )


def _conflict(
    dial: Dial, workload: Workload, number: int, obstacle: Obstacle, far_end: FarEnd, assumption: str
) -> Judgement:
    by_port = obstacle.facet is Facet.PORT
    return Judgement(
        wanted=str(number),
        anchor=dial.port_anchor if by_port else dial.protocol_anchor or dial.port_anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial,
        facet=obstacle.facet,
        obstacle=obstacle,
        targets=(workload,),
        number=number,
        far_end=far_end,
        assumption=assumption,
    )
