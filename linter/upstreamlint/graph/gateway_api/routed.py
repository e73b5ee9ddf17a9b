"""The workloads that routes end at."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.pods.workloads import KNATIVE
from upstreamlint.graph.references import ServiceSelector
from upstreamlint.model.kubernetes import Workload


def routed_workloads(graph: Graph) -> Iterator[tuple[Workload, bool]]:
    """Each workload that a route reaches through a Service, once, and whether nothing else is behind the Service."""
    seen: set[int] = set()
    for selector in graph.references(ServiceSelector):
        if not selector.workloads or not graph.reaches(selector.service):
            continue
        for workload in selector.workloads:
            apart = workload.finishes or workload.meta.patched or workload.meta.group == KNATIVE
            if id(workload) in seen or apart or workload.scaled_to_zero:
                continue
            seen.add(id(workload))
            yield workload, len(selector.workloads) == 1
