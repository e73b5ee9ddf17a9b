"""The probes of the container that serves a port: what clouds take their health checks from."""

from __future__ import annotations

from upstreamlint.graph.kubernetes.services.serving import pod_port, serving_container
from upstreamlint.model.kubernetes import PodContainer, ServicePort, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeKind
from upstreamlint.values import frozen


@frozen
class Serving:
    """The container of a workload that serves a port, and the port's number there."""

    container: PodContainer
    number: int

    def probe(self, kind: ProbeKind) -> Probe | None:
        """Its probe of a kind."""
        return self.container.probe(kind)

    def asked(self, probe: Probe) -> int | None:
        """The number of the port that a probe asks."""
        if probe.port is None:
            return None
        number = integer(probe.port)
        names = {p.name.value: p.number for p in self.container.ports if p.name is not None}
        return names.get(probe.port.value) if number is None else number


def serving(workload: Workload, port: ServicePort) -> Serving | None:
    """Who serves a Service's port in the pods of a workload, where that can be told."""
    number = pod_port(workload, port)
    container = serving_container(workload, number)
    return Serving(container, number) if container is not None and number is not None else None
