"""Would the listener answer what is asked for health as the asker wants?"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.answers import of_image
from upstreamlint.containers.base_path import outside
from upstreamlint.containers.container import Container
from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Ask, Dial, Purpose
from upstreamlint.facets.ends import End, ends
from upstreamlint.facets.judgement import FarEnd, Judgement, Obstacle
from upstreamlint.facets.probed import asks_http
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.facets.unrouted import unrouted
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Node
from upstreamlint.model.kubernetes.probe import ProbeKind
from upstreamlint.values import replace

SHOWN_BY_PROBE = "what answers the path of the probe does not answer this one"


def answer(ask: Ask, reply: Reply) -> Obstacle | None:
    """Whether a status is one that counts as healthy; where more is looked at, or a redirect is followed, nothing is said."""
    followed = ask.follows and reply.status in _REDIRECTS
    if ask.opaque or followed or ask.takes(reply.status):
        return None
    return Obstacle.OTHER_ANSWER


_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def judge_answer(index: Index, dial: Dial, target: Node, number: int) -> Iterator[Judgement]:
    """What the containers behind a port answer to what is asked there."""
    if dial.ask is not None and dial.ask.method:
        for end in ends(index, target, number):
            found = judge_end(index, dial, end)
            if found is not None:
                yield found


def judge_end(index: Index, dial: Dial, end: End) -> Judgement | None:
    """What one container answers; nothing where it answers well, or nobody can tell."""
    ask = dial.ask
    if ask is None or not ask.method:
        return None
    reply = reply_of(index, end.container, ask, end.number)
    if reply is not None:
        obstacle = answer(ask, reply)
        far = ((reply.anchor, reply.text),)
        if obstacle is None:
            return None
        return _judgement(dial, ask, end, obstacle, far, reply=reply, assumption=reply.assumption)
    other = shown(end.container, end.number)
    if other is None or ask.written or not _differ(ask.path, other):
        return None
    return not_shown(dial, end, ((other.anchor, f"the {_probe_of(end.container, other)} asks this path"),))


def not_shown(dial: Dial, end: End, far_end: FarEnd, assumption: str = "") -> Judgement | None:
    """That nothing shows a container to answer what is asked, while other places show what it answers."""
    if dial.ask is None:
        return None
    return _judgement(
        dial, dial.ask, end, Obstacle.NOT_SHOWN, far_end, assumption=assumption or SHOWN_BY_PROBE
    )


def reply_of(index: Index, container: Container, ask: Ask, number: int) -> Reply | None:
    """What the program in a container answers to what is asked; nothing where its configuration does not tell."""
    request = Request(port=number, method=ask.method, path=ask.path, host=ask.host)
    programs = index.answering(container)
    if not programs:
        return (
            unrouted(index, container, request) or outside(container, request) or of_image(container, request)
        )
    return programs[0].reply(request) if len(programs) == 1 else None


def shown(container: Container, number: int) -> Scalar | None:
    """The path that HTTP probes show to be answered on a port, as far as they agree; readiness probes count first."""
    if container.part is None:
        return None
    probes = [p for p in container.part.probes if asks_http(container, p, number)]
    ready = [p for p in probes if p.kind is ProbeKind.READINESS] or probes
    paths = {p.path.value: p.path for p in ready if p.path is not None}
    return next(iter(paths.values())) if len(paths) == 1 and all(p.path is not None for p in ready) else None


def _probe_of(container: Container, path: Scalar) -> str:
    probes = container.part.probes if container.part is not None else ()
    return next((p.kind.value for p in probes if p.path is path), "probe")


def _differ(one: str, other: Scalar) -> bool:
    return one.partition("?")[0].rstrip("/") != other.value.partition("?")[0].rstrip("/")


def _judgement(
    dial: Dial,
    ask: Ask,
    end: End,
    obstacle: Obstacle,
    far_end: FarEnd,
    *,
    reply: Reply | None = None,
    assumption: str = "",
) -> Judgement:
    return Judgement(
        wanted=ask.title,
        anchor=ask.anchor,
        owner=dial.owner,
        verdict=Verdict.CONFLICT,
        dial=dial if dial.of_itself else replace(dial, purpose=Purpose.ASK),
        facet=obstacle.facet,
        obstacle=obstacle,
        targets=(end.container.node,),
        number=end.number,
        far_end=far_end,
        assumption=assumption or ask.lenient,
        reply=reply,
    )
