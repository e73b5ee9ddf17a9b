"""Load balancers of clouds, and proxies that objects configure: what they ask for health, and whether they reach their backends at all."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Other, Service
from upstreamlint.programs.managed.controllers import OF_CLOUDS, Classes, Controller
from upstreamlint.values import entity


@entity(kw_only=True)
class NoNodePort(Reference):
    """A Service that an ALB should reach by node ports, of which it has none."""

    ingress: Ingress
    service: Service


def link(index: Index) -> Iterator[Reference]:
    """What every load balancer asks for health, each question once, and the Services that it cannot reach."""
    if not may_be_any(index):
        return
    from upstreamlint.programs.managed.checks import configs, objects, paths, times
    from upstreamlint.programs.managed.checks.fronts import questions
    from upstreamlint.programs.managed.checks.judge import judge

    seen: set[tuple[object, ...]] = set()
    for front, question, workload in (*questions(index), *objects.questions(index)):
        key = (question.by, id(front.port), id(workload), question.ask.anchor)
        if key not in seen:
            seen.add(key)
            refused = paths.refused(index, front, question)
            yield from judge(index, front, question, workload) if refused is None else (refused,)
    yield from times.link(index)
    yield from configs.link(index)
    yield from _without_node_port(index)


def may_be_any(index: Index) -> bool:
    """Whether there may be a load balancer of a cloud: for an Ingress, a Gateway, a Service, or what tells it its checks."""
    classes = Classes(index)
    return (
        not index.technologies.isdisjoint(("gateway_api", "managed"))
        or any(classes.controller(ingress) in OF_CLOUDS for ingress in index.of(Ingress))
        or any(service.type == "LoadBalancer" for service in index.of(Service))
    )


def _without_node_port(index: Index) -> Iterator[NoNodePort]:
    """An ALB with targets of type `instance` (the default) reaches node ports only."""
    from upstreamlint.programs.managed.checks.amazon import TARGET_TYPE
    from upstreamlint.programs.managed.checks.fronts import fronts_of

    classes = Classes(index)
    if any(o.meta.kind == "IngressClassParams" for o in index.of(Other)):
        return
    for ingress in index.of(Ingress):
        if ingress.meta.patched or classes.controller(ingress) is not Controller.ALB:
            continue
        for front in fronts_of(index, ingress):
            service, chosen = front.service, front.annotation(TARGET_TYPE)
            if service.meta.patched or service.type != "ClusterIP" or (chosen and chosen.value != "instance"):
                continue
            text = "this Service is of type ClusterIP, so it has no node port"
            yield NoNodePort(
                wanted=service.title,
                anchor=front.name.anchor,
                owner=ingress,
                verdict=Verdict.CONFLICT,
                near=(Candidate(service.anchor, text, ""),),
                ingress=ingress,
                service=service,
            )
