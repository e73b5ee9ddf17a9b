"""Pools: the pods that the requests of a Service port, of a ServiceEntry, or of a subset of them, are spread over.

A pool answers as long as one of its pods is an endpoint: a workload that gives none takes down the routes to
the pools that it is alone in, and no others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from upstreamlint.finding import Affected, Label
from upstreamlint.graph import Graph
from upstreamlint.graph.kubernetes.pods.needs import Needed
from upstreamlint.graph.kubernetes.pods.service_links import ServiceLink
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.pod_labels import standing
from upstreamlint.graph.references import (
    EntrySelector,
    ProbePort,
    ReadinessGate,
    Replicas,
    ServiceSelector,
    TargetPort,
)
from upstreamlint.graph.started import Program
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.model.kubernetes.probe import ProbeKind
from upstreamlint.typed import TYPE_CHECKING, cast
from upstreamlint.values import NamedTuple

if TYPE_CHECKING:
    from upstreamlint.model.istio import ServiceEntry, Subset

_SUBSET = "Subset"
"""The type of a subset; by name, since most runs have no use for Istio's."""


class Pool(NamedTuple):
    """The workloads behind a port of a Service, or behind a ServiceEntry, or those of them that a subset takes.

    `front` is the Service or the entry, `node` what routes lead to.
    """

    front: Service | ServiceEntry
    port: ServicePort | None
    node: Node
    workloads: tuple[Workload, ...]


class Pools:
    """The pools of a graph, and who is in them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._selected = {
            id(s.service): s for s in graph.references(ServiceSelector) if s.workloads and not s.broken
        }
        self._fronts: dict[int, list[ServiceSelector | EntrySelector]] = {}
        entries = (e for e in graph.references(EntrySelector) if e.alone)
        fronts: list[ServiceSelector | EntrySelector] = [*self._selected.values(), *entries]
        for selector in fronts:
            for workload in selector.workloads:
                self._fronts.setdefault(id(workload), []).append(selector)
        self._stopped = {
            *(id(r.workload) for r in graph.broken(Replicas)),
            *(id(n.owner) for n in graph.broken(Needed)),
            *(id(link.workload) for link in graph.broken(ServiceLink)),
            *(id(p.workload) for p in graph.broken(ProbePort) if p.probe.kind is not ProbeKind.READINESS),
            *(id(p.owner) for p in graph.broken(Program) if not _only_unready(p)),
        }
        self._unready = {
            *(id(g.workload) for g in graph.broken(ReadinessGate)),
            *(id(p.workload) for p in graph.broken(ProbePort) if p.probe.kind is ProbeKind.READINESS),
            *(id(p.owner) for p in graph.broken(Program) if _only_unready(p)),
        }
        self._portless = {(id(t.port), id(t.workload)) for t in graph.broken(TargetPort)}

    def starved(self, workload: Workload, port: ServicePort | None = None) -> tuple[Affected, ...]:
        """The routes that no endpoint is left for, this workload's among the missing ones; of a port, or of any."""
        found = list(self._graph.affected(workload, past=("Service",))) if port is None else []
        for selector in self._fronts.get(id(workload), ()):
            for pool in self._pools(selector):
                if port is not None and pool.port is not port and pool.node is not pool.front:
                    continue
                if workload in pool.workloads and all(self._absent(pool, w) for w in pool.workloads):
                    found += self.affected(pool, workload)
        return merged(found)

    def hit(self, port: ServicePort, gone: Collection[Workload]) -> Iterator[Pool]:
        """The pools of a port whose every workload is `gone`."""
        for selector in self._selected.values():
            if any(p is port for p in selector.service.ports):
                for pool in self._pools(selector):
                    if pool.port is port and all(w in gone for w in pool.workloads):
                        yield pool

    def affected(self, pool: Pool, workload: Workload) -> tuple[Affected, ...]:
        """The routes to a pool, with the hops on to one of its workloads."""
        onward = tuple(self._onward(pool, workload))
        routes = self._graph.affected(pool.node, past=(_SUBSET,) if pool.port else (_SUBSET, "ServicePort"))
        return tuple(a._replace(chain=(*a.chain, *onward)) for a in routes)

    def _onward(self, pool: Pool, workload: Workload) -> Iterator[Label]:
        for tail, head in ((pool.node, pool.port), (pool.port, pool.front), (pool.front, workload)):
            if tail is None or tail is head:
                continue
            for edge in self._graph.heads(tail):
                if edge.head is head:
                    yield Label(edge.anchor, edge.text)
                    break

    def _absent(self, pool: Pool, workload: Workload) -> bool:
        if id(workload) in self._stopped:
            return True
        # Of the pods that an entry selects, istiod takes those that are ready, whatever their Services publish.
        front = pool.front if isinstance(pool.front, Service) else None
        if id(workload) in self._unready and not (front is not None and front.publish_not_ready):
            return True
        ports = front.ports if front is not None and pool.port is None else (pool.port,)
        return bool(ports) and all((id(p), id(workload)) in self._portless for p in ports)

    def _pools(self, selector: ServiceSelector | EntrySelector) -> Iterator[Pool]:
        """The pools of a Service: one for each port, one for each subset of a port that is routed to; those of an entry."""
        front = selector.service if isinstance(selector, ServiceSelector) else selector.entry
        yield Pool(front, None, front, selector.workloads)
        for port in (None, *(front.ports if isinstance(front, Service) else ())):
            node = port or front
            if port is not None:
                yield Pool(front, port, port, selector.workloads)
            for subset in self._subsets(node):
                values = standing(subset.labels.values) if subset.labels is not None else {}
                chosen = tuple(w for w in selector.workloads if values.items() <= w.template.values.items())
                if chosen:
                    yield Pool(front, port, subset, chosen)

    def _subsets(self, node: Node) -> list[Subset]:
        tails = (e.tail for e in self._graph.tails(node))
        return list({id(t): cast("Subset", t) for t in tails if type(t).__name__ == _SUBSET}.values())


def _only_unready(program: Program) -> bool:
    """Whether pods run without a program, and are not ready."""
    return program.probe is not None and program.probe.kind is ProbeKind.READINESS


def merged(found: list[Affected]) -> tuple[Affected, ...]:
    """Each route once, with all of its share."""
    routes: dict[tuple[object, str, str], Affected] = {}
    for one in found:
        key = (one.anchor, one.listener, one.route)
        known = routes.get(key)
        if known is None:
            routes[key] = one
        elif known.share is not None:
            share = None if one.share is None else min(1.0, known.share + one.share)
            routes[key] = known._replace(share=share)
    return tuple(routes.values())
