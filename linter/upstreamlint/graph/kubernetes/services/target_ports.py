"""The ports of pods that Service ports lead to: names by name and protocol, numbers as they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.serving import named_port, names_port, shows_port
from upstreamlint.graph.likeness import is_misspelt, near_names
from upstreamlint.graph.references import UNREAD, Candidate, TargetPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.container import ContainerPort
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.values import replace


def target_ports(
    index: Index, service: Service, port: ServicePort, workloads: Iterable[Workload]
) -> list[TargetPort]:
    """A Service port as the pods of each workload behind the Service have it."""
    return _passed_by(_own_file_first([_target(index, service, port, w) for w in workloads]))


def _target(index: Index, service: Service, port: ServicePort, workload: Workload) -> TargetPort:
    """The pod's port that a Service port leads to (S5, S6): names by name and protocol, numbers as they are."""
    written = port.target or port.written
    containers = workload.containers
    declared = tuple(_port_text(p) for c in containers for p in c.ports)
    name, number = port.target_name, port.target_number
    verdict, evident, assumption = Verdict.FOUND, True, ""
    near: tuple[Candidate, ...] = ()
    if name is not None:
        match = named_port(workload, name, port.protocol)
        if match is not None:
            number = match.number
        elif is_placeholder(name):
            verdict = Verdict.UNKNOWN
        elif workload.meta.patched or service.meta.patched:
            candidates = _port_candidates(name, port, workload, service)
            near = tuple(c for c in candidates if is_misspelt(name, c.instead))
            verdict, assumption = (Verdict.CONFLICT, UNREAD) if near else (Verdict.UNKNOWN, "")
        elif workload.finishes or index.pods_are_ambiguous(service):
            # Pods that end serve nothing, and of namesakes in other folders any may be meant.
            verdict = Verdict.UNKNOWN
        else:
            # Clients of a headless Service dial the pods: a port that nobody has hurts nobody who asks for another.
            besides = service.headless and any(
                p is not port and p.target_name and named_port(workload, p.target_name, p.protocol)
                for p in service.ports
            )
            near = _port_candidates(name, port, workload, service)
            slip = bool(near) and is_misspelt(name, near[0].instead)
            verdict = Verdict.UNKNOWN if besides and not slip else Verdict.CONFLICT
            assumption = "somebody asks for the endpoints, not only for the name" if besides else ""
    else:
        told = shows_port(workload, number) or index.configures(workload, number)
        told = told or any(index.listening(c).serves(number) for c in index.containers(workload))
        shown = service.meta.patched or told or _of_webhook(service, port)
        evident = shown and not _other_protocol(service, port, number, workload)
    return TargetPort(
        wanted=written.value,
        anchor=written.anchor,
        owner=service,
        verdict=verdict,
        near=near,
        service=service,
        port=port,
        workload=workload,
        number=number,
        declared=declared,
        evident=evident,
        assumption=assumption,
        silent=not declared and number is not None and _is_silent(index, workload, number),
    )


def _is_silent(index: Index, workload: Workload, number: int) -> bool:
    """Whether nothing shows pods that declare no ports to serve one: neither their words, nor their files, nor their images."""
    heard = [one for container in index.containers(workload) for one in index.listening(container).on(number)]
    return not (
        workload.meta.patched or names_port(workload, number) or index.configures(workload, number) or heard
    )


_WEBHOOK = 9443
"""What a controller serves its webhooks on that is told nothing: `DefaultPort`, controller-runtime `pkg/webhook/server.go`."""


def _of_webhook(service: Service, port: ServicePort) -> bool:
    """Whether a port leads to the webhooks of a controller, by their usual number and its name: many declare no port for them."""
    names = (service.meta.name.value, port.name.value if port.name else "")
    return port.target_number == _WEBHOOK and any("webhook" in name for name in names)


def _port_text(port: ContainerPort) -> str:
    text = str(port.number) if port.protocol == "TCP" else f"{port.number}/{port.protocol}"
    return f"{port.name} ({text})" if port.name else text


def _own_file_first(targets: list[TargetPort]) -> list[TargetPort]:
    """When the workload beside a Service has the port, one in another file that has not may be another variant.

    A pod that nothing makes (a test of a release) is no more than a passer-by where a workload has it, which is as near.
    """
    fitting = [t for t in targets if t.verdict is Verdict.FOUND]
    beside, made = any(map(_beside, fitting)), [t for t in fitting if t.workload.meta.kind != "Pod"]
    made_beside = any(map(_beside, made))

    def passes_by(target: TargetPort) -> bool:
        return target.workload.meta.kind == "Pod" and (made_beside if _beside(target) else bool(made))

    return [
        replace(t, verdict=Verdict.UNKNOWN)
        if t.broken and ((beside and not _beside(t)) or passes_by(t))
        else t
        for t in targets
    ]


def _passed_by(targets: list[TargetPort]) -> list[TargetPort]:
    """Where another workload has a named port, one that neither misspells it nor declares its number is not meant to answer."""
    numbers = {t.number for t in targets if t.verdict is Verdict.FOUND}
    return [replace(t, near=(), others=True) if numbers and _passes_by(t, numbers) else t for t in targets]


def _passes_by(target: TargetPort, numbers: Collection[int | None]) -> bool:
    misspelt = bool(target.near) and is_misspelt(target.wanted, target.near[0].instead)
    declared = {p.number for c in target.workload.containers for p in c.ports}
    return target.broken and not misspelt and declared.isdisjoint(numbers)


def _beside(target: TargetPort) -> bool:
    return target.workload.anchor.source is target.service.anchor.source


def _port_candidates(
    name: str, port: ServicePort, workload: Workload, service: Service
) -> tuple[Candidate, ...]:
    """The port that a missing name was meant to be: a similar name, the number of the Service port, the only one to which nothing leads."""
    ports = [p for c in workload.containers for p in c.ports]
    for other in ports:
        if other.name is not None and other.name.value == name:
            text = f"`{workload.title}` declares port `{name}` for {other.protocol}, not {port.protocol}"
            return (Candidate(other.anchor, text, f"protocol: {other.protocol}"),)
        if name == str(other.number):
            text = f"`{workload.title}` declares port {name}; in quotes it is a name"
            return (Candidate(other.anchor, text, f"targetPort: {name}"),)
    similar = near_names(name, [p.name.value for p in ports if p.name is not None])
    chosen = [p for p in ports if p.name is not None and p.name.value in similar[:1]]
    chosen = chosen or [p for p in ports if p.number == port.number and p.protocol == port.protocol]
    if not chosen and len(ports) == 1 and ports[0].number not in _led_to(service, workload):
        chosen = ports
    return tuple(
        Candidate(
            p.anchor,
            f"`{workload.title}` declares "
            + (f"port `{p.name}`" if p.name else f"port {p.number} without a name"),
            p.name.value if p.name and p.protocol == port.protocol else str(p.number),
            certain=len(chosen) == 1 and len(similar) <= 1 and p.protocol == port.protocol,
        )
        for p in chosen[:1]
    )


def _led_to(service: Service, workload: Workload) -> set[int | None]:
    """The ports of a workload's pods that a Service leads to."""
    named = (named_port(workload, p.target_name, p.protocol) for p in service.ports if p.target_name)
    return {p.target_number for p in service.ports} | {found.number for found in named if found is not None}


def _other_protocol(service: Service, port: ServicePort, number: int | None, workload: Workload) -> bool:
    """Whether a TCP port leads to a number that the pods declare for UDP alone, and no UDP port leads there (S7)."""
    declared = [p.protocol for c in workload.containers for p in c.ports if p.number == number]
    if port.protocol != "TCP" or "TCP" in declared or not declared:
        return False
    return not any(p.protocol != "TCP" and p.target_number == number for p in service.ports)
