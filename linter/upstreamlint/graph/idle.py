"""What is idle: Services to which nothing leads, workloads that no Service selects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from upstreamlint.facets.judgement import Judgement
from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.evidence import Verdict, akin, is_misspelt
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.nearest_workload import difference
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.references import Candidate, GoverningService, Reference, ServiceSelector
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.values import entity


@entity(kw_only=True)
class Sought:
    """The Service that a reference asks for: its name, namespace and port (a number or a name), and who asks."""

    name: str
    namespace: str
    port: str
    by: Meta


class Idle:
    """The Services to which nothing leads, and the workloads that no Service selects."""

    def __init__(self, references: Sequence[Reference], edges: Sequence[Edge], index: Index) -> None:
        used = _used(references, edges, index)
        self._index = index
        self._by_name: dict[str, list[Service]] = defaultdict(list)
        for service in index.of(Service):
            if id(service) not in used and not service.meta.patched:
                self._by_name[service.meta.name.value].append(service)

        selected = {id(w) for r in references if isinstance(r, ServiceSelector) for w in r.workloads}
        self._workloads: dict[str, list[Workload]] = defaultdict(list)
        for workload in index.of(Workload):
            if id(workload) not in selected and not workload.finishes and not workload.meta.patched:
                self._workloads[workload.meta.folder].append(workload)

    def workload(self, selector: ServiceSelector) -> Candidate | None:
        """The only idle workload of a Service's folder, if its pods declare every port that the Service leads to."""
        service = selector.service
        fitting = [
            w
            for w in self._workloads.get(service.meta.folder, ())
            if same_namespace(w.meta.namespace, service.meta.namespace) and _declares(w, service)
        ]
        return difference(service, fitting[0]) if len(fitting) == 1 and service.ports else None

    def only(self, sought: Sought) -> Candidate | None:
        """The only idle Service of the asker's folder, if it has the port."""
        folder = sought.by.folder
        there = [s for named in self._by_name.values() for s in named if s.meta.folder == folder]
        fitting = [s for s in there if self._fits(s, sought)] if sought.port else []
        if len(fitting) != 1:
            return None
        (service,) = fitting
        text = f"nothing leads to Service `{service.title}`, which has port {sought.port}"
        return Candidate(service.anchor, text, service.meta.name.value)

    def similar(self, sought: Sought) -> Candidate | None:
        """The idle Service beside whoever asks that has nearly the name, and the port."""
        like = akin(sought.name, self._by_name)
        fitting = [s for name in like for s in self._by_name[name] if self._fits(s, sought)]
        for service in fitting[:1]:
            text = f"Service `{service.title}` has a similar name, and nothing leads to it"
            name = service.meta.name.value
            certain = bool(sought.port) or is_misspelt(sought.name, name)
            return Candidate(service.anchor, text, name, certain=len(fitting) == 1 and certain)
        return None

    def _fits(self, service: Service, sought: Sought) -> bool:
        if not same_namespace(service.meta.namespace, sought.namespace):
            return False
        if not self._index.ladder.whole and not _may_meet(service.meta.folder, sought.by.folder):
            return False
        number = decimal(sought.port)
        found = service.port(number) if number is not None else service.port_named(sought.port)
        return not sought.port or found is not None


def _used(references: Sequence[Reference], edges: Sequence[Edge], index: Index) -> set[int]:
    """The Services that something leads to, by identity."""
    ports = {id(p): s for s in index.of(Service) for p in s.ports}
    used: set[int] = set()
    for reference in references:
        service = getattr(reference, "service", None)
        if isinstance(service, Service) and _leads(reference):
            used.add(id(service))
        if isinstance(reference, Judgement) and reference.verdict is Verdict.FOUND:
            used |= {id(t) for t in reference.targets}
        if isinstance(reference, GoverningService) and reference.verdict is Verdict.FOUND:
            own = reference.workload.meta
            used |= {id(s) for s in index.services(reference.wanted, own.namespace, own.folder)}
    for edge in edges:
        if isinstance(edge.head, ServicePort) and id(edge.head) in ports:
            used.add(id(ports[id(edge.head)]))
        elif isinstance(edge.head, Service) and not isinstance(edge.tail, ServicePort):
            used.add(id(edge.head))
    return used


def _may_meet(one: str, other: str) -> bool:
    """Whether two folders may be deployed together: they are beside each other, or not far apart in one project."""
    return is_beside(one, other) or is_beside(parent(one), other) or is_beside(one, parent(other))


def _leads(reference: Reference) -> bool:
    """Whether a reference is a way to its Service, and not the Service's own."""
    return reference.owner is not getattr(reference, "service", None) and not reference.broken


def _declares(workload: Workload, service: Service) -> bool:
    ports = [p for c in workload.containers for p in c.ports]
    numbers = {p.number for p in ports}
    names = {p.name.value for p in ports if p.name is not None}
    return all(p.target_number in numbers or p.target_name in names for p in service.ports)
