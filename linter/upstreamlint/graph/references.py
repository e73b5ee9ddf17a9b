"""References: each written name, selector or port that must find something, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.model.kubernetes.service import Service, ServicePort
from upstreamlint.model.kubernetes.workload import Container, Probe, Workload
from upstreamlint.source import Anchor


class Candidate(NamedTuple):
    """What was probably meant: where it is, what to say about it, and what to write instead."""

    anchor: Anchor
    text: str
    instead: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Reference:
    """One written thing that must find something.

    `wanted` is what it asks for, as a message says it; `owner` the resource that it is written in.
    `near` are the nearest candidates when nothing was found.
    """

    wanted: str
    anchor: Anchor
    owner: Node
    verdict: Verdict
    near: tuple[Candidate, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether it may be reported."""
        return self.verdict.broken


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ServiceSelector(Reference):
    """A Service's selector, and the workloads whose pods it matches."""

    service: Service
    workloads: tuple[Workload, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TargetPort(Reference):
    """A Service port seen from one workload behind it: the pod's port that it leads to.

    `number` is that port, if it is known. `declared` are the ports that the pod declares, as a person
    reads them. `evident` says that something in the pod (a declared port, a probe, an argument) shows the
    port being served.
    """

    service: Service
    port: ServicePort
    workload: Workload
    number: int | None
    declared: tuple[str, ...]
    evident: bool


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ProbePort(Reference):
    """The port that a probe asks, by name or number, in its own container."""

    workload: Workload
    container: Container
    probe: Probe


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BackendService(Reference):
    """The Service that a route names: of an Ingress, or a Gateway API route."""

    route: Route
    service: Service | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class BackendPort(Reference):
    """The port of a Service that a route names. `accepted` says that the controller takes it all the same."""

    route: Route
    service: Service
    port: ServicePort | None = None
    accepted: bool = False
