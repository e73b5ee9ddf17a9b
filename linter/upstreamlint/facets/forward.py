"""A Service that leads to pods: does what runs there listen for it?"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening.listen import Evidence
from upstreamlint.facets.bind import bind
from upstreamlint.facets.dial import Caller, Dial, Purpose
from upstreamlint.facets.ends import judgement, of_workload
from upstreamlint.facets.judgement import Candidate, Facet, Judgement, Obstacle
from upstreamlint.facets.port import against
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import TargetPort


def judge_forward(index: Index, target: TargetPort) -> Iterator[Judgement]:
    """The port and the address of what listens in the pods that a Service's port leads to."""
    number, workload = target.number, target.workload
    if number is None or target.broken or target.port.protocol != "TCP" or workload.finishes:
        return
    dial = _dial(target, number)
    for end in of_workload(index, workload, number):
        listening = index.listening(end.container)
        said = against(listening, number)
        if said and (said[0].evidence is Evidence.CONFIGURED or not _names(end.container, number)):
            text = f"`{workload.title}` is told to listen on {said[0].port} (`{said[0].text}`)"
            near = (Candidate(said[0].anchor, text, str(said[0].port)),)
            yield Judgement(
                wanted=str(number),
                anchor=target.anchor,
                owner=target.port,
                verdict=Verdict.CONFLICT,
                near=near,
                dial=dial,
                facet=Facet.PORT,
                obstacle=Obstacle.NOT_SERVED,
                targets=(workload,),
                number=number,
                listen=said[0],
            )
            continue
        facing = bind(listening.on(number))
        if facing.obstacle is not None:
            yield judgement(dial, workload, number, facing)


def _dial(target: TargetPort, number: int) -> Dial:
    return Dial(
        caller=Caller(program=f"Service `{target.service.title}`"),
        owner=target.port,
        route=None,
        host=target.service.meta.name.value,
        host_anchor=target.anchor,
        port=number,
        port_anchor=target.anchor,
        purpose=Purpose.FORWARD,
    )


def _names(container: Container, number: int) -> bool:
    """Whether anything besides the declared ports names a port: words, variables, probes."""
    text = str(number)
    texts = [*(w.value for w in container.words), *(v.value for v in container.environment.values())]
    if container.part is not None:
        texts += [p.port.value for p in container.part.probes if p.port is not None]
    return any(text in found for found in texts)
