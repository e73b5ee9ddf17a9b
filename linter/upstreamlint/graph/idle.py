"""What is idle: Services and Gateways to which nothing leads, workloads that no Service selects or nothing scales."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from upstreamlint import patterns
from upstreamlint.facets.judgement import Judgement
from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.grouping import grouped, grouped_many
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.nearest_workload import difference, labels_itself
from upstreamlint.graph.likeness import akin, are_apart, is_slip, of_its_own
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import (
    AutoscalerTarget,
    Candidate,
    GoverningService,
    Reference,
    ServiceSelector,
)
from upstreamlint.graph.variable_names import called, stripped
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.meta import Meta, integer
from upstreamlint.model.kubernetes.nearest import Named, same_namespace
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.source import Anchor, Source
from upstreamlint.typed import TYPE_CHECKING, Protocol
from upstreamlint.values import entity

if TYPE_CHECKING:
    from upstreamlint.model.gateway_api import KubernetesGateway
    from upstreamlint.model.istio import IstioGateway


@entity(kw_only=True)
class Sought:
    """What a reference asks for: its type, name and namespace, and who asks.

    `port` is that of a Service (a number or a name), `section` the listener of a Gateway, `scaled` the kind of a workload.
    `dialled` says that a program asks, which does not mean the Service in front of itself; `variable` is where it is told to.
    """

    type: type[Service | Workload | KubernetesGateway | IstioGateway]
    name: str
    namespace: str
    by: Meta
    port: str = ""
    section: str = ""
    scaled: str = ""
    dialled: bool = False
    variable: str = ""


class Idle:
    """The Services and Gateways to which nothing leads, and the workloads that no Service selects or nothing scales."""

    def __init__(self, references: Sequence[Reference], edges: Sequence[Edge], index: Index) -> None:
        self._index = index
        self._used = _used(references, edges, index)
        self._by_name: dict[type, dict[str, list[_Thing]]] = {}
        selected = {id(w) for r in references if isinstance(r, ServiceSelector) for w in r.workloads}
        self._workloads: dict[str, list[Workload]] = defaultdict(list)
        for workload in index.of(Workload):
            if id(workload) not in selected and not workload.finishes and not workload.meta.patched:
                self._workloads[workload.meta.folder].append(workload)

    def _named(self, kind: type) -> dict[str, list[_Thing]]:
        """Those of a type to which nothing leads, by their names."""
        if kind not in self._by_name:
            there: list[_Thing] = self._index.of(kind)
            idle = (t for t in there if id(t) not in self._used and not t.meta.patched)
            self._by_name[kind] = grouped(idle, lambda t: t.meta.name.value)
        return self._by_name[kind]

    def workload(self, selector: ServiceSelector, source: Source | None = None) -> Candidate | None:
        """The only idle workload of a Service's folder, or of a file in it, if its pods serve every port that the Service leads to."""
        service = selector.service
        fitting = [
            w
            for w in self._workloads.get(service.meta.folder, ())
            if same_namespace(w.meta.namespace, service.meta.namespace)
            and source in (None, w.anchor.source)
            and self._serves(w, service)
            and not labels_itself(w, service)
        ]
        if len(fitting) > 1:
            # Of several, one that says what it serves is meant rather than those that only have the name.
            fitting = [w for w in fitting if any(c.ports for c in w.containers)]
        return difference(service, fitting[0]) if len(fitting) == 1 and service.ports else None

    def _serves(self, workload: Workload, service: Service) -> bool:
        """Whether pods are known to serve all that a Service leads to: they declare it, or are asked or told or known to."""
        ports = [p for c in workload.containers for p in c.ports]
        numbers: set[int | None] = {p.number for p in ports}
        numbers |= {integer(p.port) for c in workload.containers for p in c.probes}
        for container in self._index.containers(workload):
            heard = self._index.listening(container)
            numbers |= {listen.port for listen in heard.listens} | heard.usual
        names = {p.name.value for p in ports if p.name is not None}
        if not names and not numbers - {None}:
            # Of one that says nothing, its name tells.
            return bool(akin(workload.meta.name.value, [service.meta.name.value])) or _namesakes(
                workload, service
            )
        return all(
            p.target_name in names if p.target_name is not None else p.target_number in numbers - {None}
            for p in service.ports
        )

    def only(self, sought: Sought, source: Source | None = None) -> Candidate | None:
        """The only idle thing of the asker's folder, or of a file in it, if it has what is asked for."""
        there = (
            thing
            for named in self._named(sought.type).values()
            for thing in named
            if thing.meta.folder == sought.by.folder and source in (None, thing.meta.anchor.source)
        )
        fitting = (
            [t for t in there if self._fits(t, sought)] if sought.port or sought.type is not Service else []
        )
        if len(fitting) != 1:
            return None
        (meant,) = fitting
        has = f", which has port {sought.port}" if sought.port else ""
        return Candidate(meant.anchor, f"nothing leads to {_title(meant)}{has}", meant.meta.name.value)

    def namesake(self, sought: Sought) -> Candidate | None:
        """The idle thing beside whoever asks that has the asker's own name, and what is asked for."""
        own = sought.by.name.value
        names = (own, _OF_SCALERS.sub("", own)) if sought.scaled else (own,)
        for thing in (t for name in dict.fromkeys(names) for t in self._named(sought.type).get(name, ())):
            if self._fits(thing, sought):
                text = f"{_title(thing)} has the same name as what asks, and nothing leads to it"
                return Candidate(thing.anchor, text, thing.meta.name.value)
        return None

    def before(self, sought: Sought) -> Candidate | None:
        """The idle Service that alone leads to the workload, or the container, of the name that is asked for."""
        if sought.type is not Service:
            return None
        named = [
            w
            for w in self._running.get(sought.name, ())
            if same_namespace(w.meta.namespace, sought.namespace)
        ]
        fronts = {id(s): s for w in named for s in self._index.selecting(w)}
        idle = self._named(Service)
        fitting = [
            s
            for s in fronts.values()
            if any(s is thing for thing in idle.get(s.meta.name.value, ())) and self._fits(s, sought)
        ]
        if len(fronts) != 1 or not fitting:
            return None
        (meant,) = fitting
        text = f"{_title(meant)} leads to `{named[0].title}`, and nothing leads to it"
        return Candidate(meant.anchor, text, meant.meta.name.value, certain=True)

    @cached_property
    def _running(self) -> dict[str, list[Workload]]:
        """The workloads by their names and those of their containers."""
        return grouped_many(
            self._index.of(Workload),
            lambda w: {w.meta.name.value, *(c.name.value for c in w.containers if c.name is not None)},
        )

    def told(self, sought: Sought) -> Candidate | None:
        """The idle Service that a variable is named after: `CATALOG_URL` is for `catalog`."""
        name = stripped(sought.variable)
        fitting = [
            thing
            for thing in self._of_variables.get(name, ())
            if name and sought.port and self._fits(thing, sought)
            if not are_apart(sought.name, thing.meta.name.value)
        ]
        if len(fitting) != 1:
            return None
        (meant,) = fitting
        text = f"`{sought.variable}` is named after {_title(meant)}, which has port {sought.port}, and nothing leads to it"
        return Candidate(meant.anchor, text, meant.meta.name.value)

    @cached_property
    def _of_variables(self) -> dict[str, list[_Thing]]:
        """The idle Services by what variables call them."""
        idle = (thing for named in self._named(Service).values() for thing in named)
        return grouped(idle, lambda t: called(t.meta.name.value))

    def similar(self, sought: Sought) -> Candidate | None:
        """The idle thing beside whoever asks that has nearly the name, and what is asked for."""
        idle = self._named(sought.type)
        like = (name for name in akin(sought.name, idle) if not are_apart(sought.name, name))
        fitting = [t for name in like for t in idle[name] if self._fits(t, sought)]
        for thing in fitting[:1]:
            text = f"{_title(thing)} has a similar name, and nothing leads to it"
            name = thing.meta.name.value
            certain = bool(sought.port) or is_slip(sought.name, name)
            return Candidate(thing.anchor, text, name, certain=len(fitting) == 1 and certain)
        return None

    def _fits(self, thing: _Thing, sought: Sought) -> bool:
        if not same_namespace(thing.meta.namespace, sought.namespace):
            return False
        if not self._index.ladder.whole and not _may_meet(thing.meta.folder, sought.by.folder):
            return False
        if isinstance(thing, Service):
            apart = thing.meta.folder != sought.by.folder
            if apart and of_its_own(sought.name, thing.meta.name.value, sought.namespace):
                return False
            if self._index.ladder.installs(sought.name):
                return False
            number = decimal(sought.port)
            found = thing.port(number) if number is not None else thing.port_named(sought.port)
            own = sought.dialled and any(w.meta is sought.by for w in self._index.selected(thing))
            return not own and (not sought.port or found is not None)
        if isinstance(thing, Workload):
            return thing.meta.kind == sought.scaled
        names = (getattr(listener, "name", None) for listener in getattr(thing, "listeners", ()))
        return not sought.section or sought.section in (n.value for n in names if n is not None)


_OF_SCALERS = patterns.compile(
    r"\A(?:hpa|autoscaler|scaledobject|scaler)-|-(?:hpa|autoscaler|scaledobject|scaler)\Z"
)
"""What autoscalers are called beside the name of what they scale."""


class _Thing(Named, Protocol):
    @property
    def anchor(self) -> Anchor:
        """Where it is written."""


def _namesakes(workload: Workload, service: Service) -> bool:
    return workload.meta.name.value == service.meta.name.value


def _title(thing: _Thing) -> str:
    kind = thing.meta.kind
    return f"{kind} `{thing.meta.title}`"


def _used(references: Sequence[Reference], edges: Sequence[Edge], index: Index) -> set[int]:
    """What something leads to or scales, by identity."""
    named = {id(thing) for reference in references for thing in _asked_for(reference, index)}
    return named | {id(service) for service in _passed(edges, index)}


def _asked_for(reference: Reference, index: Index) -> Iterator[object]:
    """What a reference finds, other than by being its own."""
    gateway, service = getattr(reference, "gateway", None), getattr(reference, "service", None)
    if gateway is not None and reference.owner is not gateway:
        yield gateway
    if isinstance(service, Service) and _leads(reference):
        yield service
    if reference.verdict is not Verdict.FOUND:
        return
    if isinstance(reference, AutoscalerTarget):
        yield from index.workloads_named(reference.wanted, reference.autoscaler.meta.namespace)
    if isinstance(reference, Judgement):
        yield from reference.targets
    if isinstance(reference, GoverningService):
        own = reference.workload.meta
        yield from index.services(reference.wanted, own.namespace, own.folder)


def _passed(edges: Sequence[Edge], index: Index) -> Iterator[Service]:
    """The Services that requests pass."""
    ports = {id(p): s for s in index.of(Service) for p in s.ports}
    for edge in edges:
        if isinstance(edge.head, ServicePort) and id(edge.head) in ports:
            service = ports[id(edge.head)]
            # A node port is open for whoever knows it; load balancers of clouds ask for one, too.
            if not (
                isinstance(edge.tail, Route) and edge.tail.owner is service and service.type == "NodePort"
            ):
                yield service
        elif isinstance(edge.head, Service) and not isinstance(edge.tail, ServicePort):
            yield edge.head


def _may_meet(one: str, other: str) -> bool:
    """Whether two folders may be deployed together: they are beside each other, or not far apart in one project."""
    return is_beside(one, other) or is_beside(parent(one), other) or is_beside(one, parent(other))


def _leads(reference: Reference) -> bool:
    """Whether a reference is a way to its Service, and not the Service's own."""
    return reference.owner is not getattr(reference, "service", None) and not reference.broken
