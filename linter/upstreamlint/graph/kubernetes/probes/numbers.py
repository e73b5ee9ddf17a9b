"""Probes that ask a number: one that nobody declares, but which another was meant for (R4)."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.containers.listening.listen import Listening
from upstreamlint.documents import Scalar
from upstreamlint.facets.port import against
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_numbers
from upstreamlint.graph.references import Candidate, ProbeNumber
from upstreamlint.model.kubernetes import PodContainer, ServicePort, Workload
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe
from upstreamlint.numerals import names


def number_of(
    index: Index,
    workload: Workload,
    container: PodContainer,
    probe: Probe,
    port: Scalar,
    leading: list[ServicePort],
    listening: Listening,
) -> ProbeNumber:
    """A number needs no declaration; it is suspect when it is the Service's instead, or asked of the node (R4)."""
    number = integer(port)
    ports = [p for c in workload.containers for p in c.ports]
    why, assumption = "", "nothing listens on a port that is not declared"
    near: tuple[Candidate, ...] = ()
    elsewhere = against(listening, number) if number is not None and listening.closed else ()
    if elsewhere and probe.host is None:
        why, assumption = "nothing in the pod listens on it", ""
        text = f"listens on {elsewhere[0].port} (`{elsewhere[0].text}`)"
        near = (Candidate(elsewhere[0].anchor, text, str(elsewhere[0].port)),)
    elif probe.host is not None and probe.host.value in _LOOPBACK and not workload.template.host_network:
        why = "the kubelet asks the node itself, not the pod"
    elif ports and not any(p.number == number for p in ports) and not listening.serves(number):
        meant = next((p for p in leading if p.number == number and p.target_number != number), None)
        if meant is not None:
            why = "it is the Service's port, not the pod's"
            text = f"leads to port {meant.target or meant.number} of the pods"
            near = (
                Candidate(
                    (meant.target or meant.written).anchor, text, str(meant.target or ""), certain=True
                ),
            )
        else:
            moved = [p for p in ports if number in index.ladder.ports.get(p.anchor, ())]
            for here in moved[:1]:
                why = f"with other values of the chart the pod declares it, with these {here.number}"
                near = (Candidate(here.anchor, f"the pod declares port {here.number}", str(here.number)),)
            declared = {p.number: p for p in ports if p.name is None or _SERVING.search(p.name.value)}
            like = near_numbers(number or 0, declared) if not moved else []
            for other in like[:1]:
                assumption = ""
                why = f"nothing declares it, and {other} is declared"
                text = f"the pod declares port {other}"
                near = (Candidate(declared[other].anchor, text, str(other), certain=len(like) == 1),)
            lone = not near and not is_named(index, workload, number)
            same = _same(container, probe, number) if lone else None
            beside = _other(container, probe, number) if lone and same is None else None
            told = _configured(index, workload, container) if lone and same is beside is None else None
            if told is not None:
                why = f"nothing names it, and the configuration names {told.number}, the one port that is declared"
                near = (Candidate(told.anchor, f"declares port {told.number}", str(told.number)),)
            if beside is not None and beside.port is not None:
                why = f"nothing names it, and the {beside.kind} asks {beside.port}"
                near = (
                    Candidate(beside.port.anchor, f"the {beside.kind} asks this port", beside.port.value),
                )
            if same is not None and same.port is not None:
                assumption = ""
                why = f"nothing names it, and the {same.kind} asks the same of {same.port}"
                near = (Candidate(same.port.anchor, f"the {same.kind} asks this port", same.port.value),)
    unknown = workload.meta.patched or not why
    return ProbeNumber(
        wanted=str(number),
        anchor=probe.host.anchor if probe.host is not None and not near and why else port.anchor,
        owner=workload,
        verdict=Verdict.UNKNOWN if unknown else Verdict.NEAR_MISS,
        near=near,
        workload=workload,
        container=container,
        probe=probe,
        assumption=assumption,
        why=why,
    )


def _same(container: PodContainer, probe: Probe, number: int | None) -> Probe | None:
    """The probe of the same container that asks the same of a port that is declared, or of one by its name."""
    declared = {p.number for p in container.ports}
    for other in container.probes:
        if other is probe or other.action is not probe.action or other.port is None:
            continue
        asked = integer(other.port)
        alike = str(other.path or "/") == str(probe.path or "/") and other.scheme == probe.scheme
        if alike and asked != number and (asked is None or asked in declared):
            return other
    return None


def _other(container: PodContainer, probe: Probe, number: int | None) -> Probe | None:
    """Another probe of the container, which asks something else of a port that is declared, when no probe asks a number but this one."""
    declared = {p.number for p in container.ports}
    others = [o for o in container.probes if o is not probe and o.port is not None]
    if any(integer(o.port) == number for o in others):
        return None
    return next((o for o in others if integer(o.port) in declared or integer(o.port) is None), None)


def _configured(index: Index, workload: Workload, container: PodContainer) -> ContainerPort | None:
    """The one port that a container declares, where a ConfigMap that its pods use names it."""
    lone = container.ports[0] if len(container.ports) == 1 else None
    return lone if lone is not None and index.configures(workload, lone.number) else None


def mentions(container: PodContainer, number: int) -> bool:
    """Whether a word or variable of a container names a number."""
    texts = (s.value for s in (*container.words, *(v.value for v in container.env)))
    return any(names(text, number) for text in texts)


def is_named(index: Index, workload: Workload, number: int | None) -> bool:
    """Whether anything but probes names a port."""
    texts = [s.value for c in workload.containers for s in (*c.words, *(v.value for v in c.env))]
    return any(names(text, number) for text in texts) or index.configures(workload, number)


_SERVING = patterns.compile(r"http|web|api|app|grpc|health|main|server|tcp")
"""Names of ports that a probe may mean; a port of another name (`stat`, `metrics`) has a use of its own."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
