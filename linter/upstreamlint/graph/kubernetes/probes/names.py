"""Probes that ask a port by its name (R3)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.probes.numbers import is_named
from upstreamlint.graph.likeness import is_slip, near_names, near_numbers, sole
from upstreamlint.graph.references import UNREAD, Candidate, ProbeNumber, ProbePort
from upstreamlint.model.kubernetes import PodContainer, ServicePort, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeAction


def port_of(workload: Workload, container: PodContainer, probe: Probe, port: Scalar) -> ProbePort:
    """A probe's port (R3): a name is looked up in the same container, whatever its protocol."""
    verdict = Verdict.FOUND
    near: tuple[Candidate, ...] = ()
    if integer(port) is None:
        names = {p.name.value: p for p in container.ports if p.name is not None}
        if probe.action is ProbeAction.GRPC:
            open_ended = is_placeholder(port.value) or workload.meta.patched
            verdict = Verdict.UNKNOWN if open_ended else Verdict.CONFLICT
            named = names.get(port.value)
            text = "the container declares this port"
            near = (
                (Candidate(named.anchor, text, str(named.number), certain=True),) if named is not None else ()
            )
        elif port.value not in names:
            near = _probe_candidates(port, container)
            slip = bool(near) and is_slip(port.value, near[0].instead)
            unsure = is_placeholder(port.value) or (workload.meta.patched and not slip)
            verdict = Verdict.UNKNOWN if unsure else Verdict.CONFLICT
    return ProbePort(
        wanted=port.value,
        anchor=port.anchor,
        owner=workload,
        verdict=verdict,
        near=near,
        assumption=UNREAD if verdict.broken and workload.meta.patched else "",
        workload=workload,
        container=container,
        probe=probe,
    )


def _probe_candidates(port: Scalar, container: PodContainer) -> tuple[Candidate, ...]:
    ports = container.ports
    own = [p.name.value for p in ports if p.name is not None]
    # Of the few names of a container a short one is meant, too.
    similar = near_names(port.value, own) or [n for n in own if is_slip(port.value, n)][:1]
    chosen = [p for p in ports if p.name is not None and p.name.value in similar[:1]]
    if not chosen and len(ports) == 1:
        chosen = list(ports)
    return tuple(
        Candidate(
            p.anchor,
            f"the container declares port `{p.name}`"
            if p.name
            else f"the container declares port {p.number}",
            p.name.value if p.name else str(p.number),
            certain=sole(port.value, similar) or len(ports) == 1,
        )
        for p in chosen[:1]
    )


def misdeclared(
    index: Index, workload: Workload, container: PodContainer, probe: Probe, leading: list[ServicePort]
) -> Iterator[ProbeNumber]:
    """A name whose declared number is a slip of the one that the program is told to serve, and a Service leads to (R3, R4).

    A declaration opens nothing: the Service works, and the kubelet asks a port that nobody serves.
    """
    named = next((p for p in container.ports if p.name is not None and str(p.name) == str(probe.port)), None)
    if named is None or named.number is None or probe.port is None or workload.meta.patched:
        return
    declared = {p.number for c in workload.containers for p in c.ports}
    served = {
        p.target_number: p
        for p in leading
        if p.target_number is not None
        and p.target_number not in declared
        and is_named(index, workload, p.target_number)
    }
    like = near_numbers(named.number, served)
    if len(like) != 1 or is_named(index, workload, named.number):
        return
    (meant,) = like
    port = served[meant]
    why = f"it is declared as {named.number}, and the program is told to serve {meant}"
    yield ProbeNumber(
        wanted=f"`{probe.port}`",
        anchor=probe.port.anchor,
        owner=workload,
        verdict=Verdict.NEAR_MISS,
        near=(
            Candidate(named.anchor, "the kubelet asks this number", str(meant)),
            Candidate((port.target or port.written).anchor, f"the Service leads to {meant}", str(meant)),
        ),
        workload=workload,
        container=container,
        probe=probe,
        why=why,
    )
