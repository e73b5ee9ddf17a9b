"""References: each written name, selector or port that must find something, and what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from upstreamlint.finding import Edit
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.likeness import near_numbers
from upstreamlint.graph.mend import replacement
from upstreamlint.graph.nodes import Node
from upstreamlint.model.kubernetes.container import PodContainer
from upstreamlint.model.kubernetes.ingress import Ingress
from upstreamlint.model.kubernetes.policy import Autoscaler
from upstreamlint.model.kubernetes.probe import Probe
from upstreamlint.model.kubernetes.service import EndpointPort, Endpoints, Service, ServicePort
from upstreamlint.model.kubernetes.workload import Workload
from upstreamlint.numerals import decimal
from upstreamlint.source import Anchor
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple, entity

if TYPE_CHECKING:
    from upstreamlint.model.istio import ServiceEntry


class Candidate(NamedTuple):
    """What was probably meant: where it is, what to say about it, and what to write instead.

    `at` is the part of the reference that differs from it, when that is not the whole. `certain` says that nothing
    else comes as near: it may be written without asking. `change` is what to write where `instead` is a sentence.
    """

    anchor: Anchor
    text: str
    instead: str
    at: Anchor | None = None
    certain: bool = False
    change: str = ""


def sure(found: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The first of some candidates; certain when all of them would have the same written."""
    return tuple(c._replace(certain=len({(o.instead, o.at) for o in found}) == 1) for c in found[:1])


AMONG_THESE = "what it means is among these files"
"""What a name that is for something here by more than a slip of the hand rests on."""


UNREAD = "nothing that was not read changes it"
"""What a slip of the hand rests on in an object that a patch may change: patches seldom mend what they do not know."""


def is_slip(number: int, near: Iterable[Candidate]) -> bool:
    """Whether a number was meant to be that of a candidate, which it misses by a slip of the hand."""
    meant = (decimal(c.instead) for c in near)
    return bool(near_numbers(number, (n for n in meant if n is not None)))


@entity(kw_only=True)
class Reference:
    """One written thing that must find something.

    `wanted` is what it asks for, as a message says it; `owner` the resource that it is written in.
    `near` are the nearest candidates when nothing was found, `assumption` what the verdict rests on that
    the files do not show.
    """

    wanted: str
    anchor: Anchor
    owner: Node
    verdict: Verdict
    near: tuple[Candidate, ...] = ()
    assumption: str = ""

    @property
    def broken(self) -> bool:
        """Whether it may be reported."""
        return self.verdict.broken

    @property
    def fix(self) -> tuple[Edit, ...]:
        """The edit that writes what was meant, where it is certain and stands in the text as it was read."""
        meant = self.near[0] if self.near and self.broken and not self.assumption else None
        if meant is None or not meant.certain:
            return ()
        either = isinstance(self, TargetPort | ProbePort)
        edit = replacement(
            meant.at or self.anchor, self.wanted, meant.change or meant.instead, meant.anchor, either=either
        )
        return (edit,) if edit is not None else ()


@entity(kw_only=True)
class ServiceSelector(Reference):
    """A Service's selector, and the workloads whose pods it matches."""

    service: Service
    workloads: tuple[Workload, ...] = ()


@entity(kw_only=True)
class EntrySelector(Reference):
    """The workloadSelector of a ServiceEntry, and the workloads whose pods it matches.

    `alone` says that nothing but these is behind it: no WorkloadEntries, and none that register themselves.
    """

    entry: ServiceEntry
    workloads: tuple[Workload, ...] = ()
    alone: bool = False
    assumption: str = ""


@entity(kw_only=True)
class TargetPort(Reference):
    """A Service port seen from one workload behind it: the pod's port that it leads to.

    `number` is that port, if it is known. `declared` are the ports that the pod declares, as a person
    reads them. `evident` says that something in the pod (a declared port, a probe, an argument) shows the
    port being served, or that it declares none; `silent` that it declares none, and nothing else shows it. `others`
    says that it lacks a named port which another workload behind the Service has.
    """

    service: Service
    port: ServicePort
    workload: Workload
    number: int | None
    declared: tuple[str, ...]
    evident: bool
    silent: bool = False
    others: bool = False


@entity(kw_only=True)
class ProbePort(Reference):
    """The port that a probe asks, by name or number, in its own container."""

    workload: Workload
    container: PodContainer
    probe: Probe


@entity(kw_only=True)
class ProbeNumber(Reference):
    """The number of a probe's port. `why` says what makes it suspect."""

    workload: Workload
    container: PodContainer
    probe: Probe
    why: str


@entity(kw_only=True)
class Replicas(Reference):
    """How many pods a workload asks for: it conflicts when that is none, and nothing lifts it."""

    workload: Workload


@entity(kw_only=True)
class WorkloadSelector(Reference):
    """What a workload adopts pods by, and the labels of its own pod template."""

    workload: Workload


@entity(kw_only=True)
class GoverningService(Reference):
    """The Service that gives the pods of a StatefulSet their names."""

    workload: Workload


@entity(kw_only=True)
class WrittenEndpoints(Reference):
    """The endpoints of a Service without a selector: somebody must write them; `meant` is the workload that it was to select."""

    service: Service
    meant: Workload | None = None


@entity(kw_only=True)
class OverwrittenEndpoints(Reference):
    """Addresses that are written for a Service which has a selector, and the workloads whose pods take their place."""

    service: Service
    workloads: tuple[Workload, ...]


@entity(kw_only=True)
class EndpointsPort(Reference):
    """A Service port without a selector: hand-written endpoints must have a port of the same name."""

    service: Service
    port: ServicePort
    endpoints: Endpoints
    candidate: EndpointPort | None


@entity(kw_only=True)
class ExternalTarget(Reference):
    """The name that an ExternalName Service stands for; `loop` are the Services that lead back to it."""

    service: Service
    loop: tuple[Service, ...] = ()


@entity(kw_only=True)
class AutoscalerTarget(Reference):
    """The workload that an autoscaler scales."""

    autoscaler: Autoscaler


@entity(kw_only=True)
class ClassOfIngress(Reference):
    """The IngressClass that an Ingress names."""

    ingress: Ingress


@entity(kw_only=True)
class ReadinessGate(Reference):
    """A condition that something must set before the pods count as ready (S10)."""

    workload: Workload


@entity(kw_only=True)
class SharedPods(Reference):
    """Two workloads whose selectors each match the pods of the other (W3)."""

    workload: Workload
    other: Workload
