"""What clients get from a Service or pods that fail: the answer of whoever sends requests there."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.answers.table import Failure, answer
from upstreamlint.facets.dial import Purpose
from upstreamlint.finding import Symptom
from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.nodes import Route
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.probe import ProbeKind

_KINDS = {"VirtualService": "Istio", "Service": "", "containerPort": ""}
"""Who answers on routes that nobody dials for, where it is not what the table calls them."""


def met(graph: Graph, subject: object, failure: Failure, log: str = "") -> Symptom:
    """The answer of the first who sends requests to something that fails, or what a bare connection meets; `log` says when."""
    askers = graph.once(_askers)
    route = next(_senders(graph, subject), None) or _starving(graph, subject)
    by = askers.get(id(route), _KINDS.get(route.kind, route.kind)) if route is not None else ""
    found = answer(by, failure)
    said = (log, found.log if found.status is not None else "") if log else (found.log,)
    return found._replace(log="; ".join(filter(None, said)))


def unready(graph: Graph, workload: object, kind: ProbeKind | None = None) -> Symptom:
    """The same of pods that never get ready, or are restarted for ever where the probe that fails is not of readiness."""
    restarted = kind in (ProbeKind.LIVENESS, ProbeKind.STARTUP)
    log = "the container is restarted again and again" if restarted else "the pods never become ready"
    return met(graph, workload, Failure.NO_ENDPOINTS, log)


def _senders(graph: Graph, subject: object) -> Iterator[Route]:
    """The routes that lead to something, the last on the way of each request, nearest first."""
    seen, todo = {id(subject)}, [subject]
    while todo:
        node = todo.pop(0)
        for edge in graph.tails(node):  # type: ignore[arg-type]
            if id(edge.tail) in seen or edge.share == 0:
                continue
            seen.add(id(edge.tail))
            if isinstance(edge.tail, Route):
                yield edge.tail
            else:
                todo.append(edge.tail)


def _starving(graph: Graph, subject: object) -> Route | None:
    """The first route that pods leave without answers when they are lost, though no edge leads to them."""
    hit = graph.once(Pools).starved(subject) if isinstance(subject, Workload) else ()
    return next((r for r in graph.routes if hit and r.anchor == hit[0].anchor), None)


def _askers(graph: Graph) -> dict[int, str]:
    """What the table of answers knows those by who send the requests of routes on."""
    return {
        id(j.dial.route): j.dial.caller.answers_as or j.dial.by
        for j in graph.judgements
        if j.dial.route is not None and j.dial.purpose is Purpose.ROUTE
    }
