"""Probes: the ports that the kubelet asks (R3, R4)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.listening.listen import Listening
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.probes.names import misdeclared, port_of
from upstreamlint.graph.kubernetes.probes.numbers import number_of
from upstreamlint.graph.kubernetes.probes.programs import elsewhere, off, plain, tunnel
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer


def link(index: Index) -> Iterator[Reference]:
    """The port of every probe."""
    for workload in index.of(Workload):
        leading = [port for service in index.selecting(workload) for port in service.ports]
        for container in workload.containers:
            place = next((c for c in index.containers(workload) if c.part is container), None)
            heard = index.listening(place) if place is not None else Listening()
            for probe in container.probes:
                if probe.port is None:
                    continue
                yield port_of(workload, container, probe, probe.port)
                told = elsewhere(workload, container, probe, probe.port, heard)
                if told is None and place is not None:
                    told = (
                        off(workload, place, container, probe)
                        or plain(workload, place, container, probe, heard)
                        or tunnel(workload, place, container, probe)
                    )
                if told is not None:
                    yield told
                elif integer(probe.port) is not None:
                    yield number_of(index, workload, container, probe, probe.port, leading, heard)
                else:
                    yield from misdeclared(index, workload, container, probe, leading)
