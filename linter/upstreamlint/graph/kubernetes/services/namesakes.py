"""Services that select the pods of another workload, while the one of their own name, which serves the port, is selected by nobody.

A selector that was copied with the Service beside it finds pods, so nothing says that they are the wrong ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.services.serving import declares, named_port
from upstreamlint.graph.references import ServiceSelector, TargetPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace


class Namesakes:
    """The workloads that Services were meant for, by the Services; made once for a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def meant(self, service: Service) -> Workload | None:
        """The workload of a Service's own name, where the Service leads to another one that lacks its ports."""
        return self._meant.get(id(service))

    @cached_property
    def _meant(self) -> dict[int, Workload]:
        selected = {id(w) for s in self._graph.references(ServiceSelector) for w in s.workloads}
        free: dict[str, list[Workload]] = defaultdict(list)
        for workload in self._graph.nodes(Workload):
            if id(workload) not in selected and not workload.finishes and not workload.meta.patched:
                free[workload.meta.name.value].append(workload)
        by_service: dict[int, list[TargetPort]] = defaultdict(list)
        for target in self._graph.references(TargetPort) if free else ():
            by_service[id(target.service)].append(target)
        found = ((key, _namesake(free, targets)) for key, targets in by_service.items())
        return {key: workload for key, workload in found if workload is not None}


def _namesake(free: dict[str, list[Workload]], targets: Iterable[TargetPort]) -> Workload | None:
    targets = list(targets)
    service = targets[0].service
    if service.meta.patched or any(_serves(t.workload, t) for t in targets):
        return None
    named = service.meta.name.value.removesuffix("-svc").removesuffix("-service")
    own = [
        w
        for w in free.get(service.meta.name.value) or free.get(named) or []
        if same_namespace(w.meta.namespace, service.meta.namespace)
        and w.meta.folder == service.meta.folder
        and all(_serves(w, t) for t in targets)
    ]
    return own[0] if len(own) == 1 else None


def _serves(workload: Workload, target: TargetPort) -> bool:
    """Whether the pods of a workload declare what a port of a Service leads to; those that declare none may serve it."""
    port = target.port
    if port.target_name is not None:
        return named_port(workload, port.target_name, port.protocol) is not None
    if workload is target.workload:
        return target.evident and not target.broken
    return declares(workload, port.target_number)
