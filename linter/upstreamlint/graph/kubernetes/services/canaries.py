"""What Flagger takes from the Services beside its Canaries: their pods, or some of their ports."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Service, ServicePort, Workload
from upstreamlint.model.kubernetes.canary import LABELS, Canary
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.values import entity


@entity(kw_only=True)
class TakenByCanary(Reference):
    """A Service whose pods a Canary takes away, or one of its ports where `port` is there."""

    canary: Canary
    service: Service
    workload: Workload
    port: ServicePort | None = None


def link(index: Index) -> Iterator[TakenByCanary]:
    """Every Service that leads to the target of a Canary."""
    for canary in index.of(Canary):
        space = canary.meta.namespace
        for target in targets_of(index, canary):
            for service in index.services(canary.service, space, canary.meta.folder):
                yield from _ports(canary, service, target)
            for service in index.selecting(target):
                if service.meta.name.value not in _own(canary) and _follows(service, target):
                    yield _taken(canary, service, target, None)


def targets_of(index: Index, canary: Canary) -> list[Workload]:
    """The workloads that a Canary may be for: one, unless several are as near."""
    targets = [
        w
        for w in index.of(Workload)
        if w.meta.name.value == canary.target.value
        and w.meta.kind == canary.target_kind
        and same_namespace(w.meta.namespace, canary.meta.namespace)
    ]
    return list(nearest(targets, canary.meta.folder))


def _own(canary: Canary) -> tuple[str, ...]:
    """The Services that Flagger makes, or takes for its own."""
    return canary.service, f"{canary.service}-canary", f"{canary.service}-primary"


def _follows(service: Service, target: Workload) -> bool:
    """Whether a Service asks for the label that the pods of the copy have another value of."""
    asked = target.selector.match_labels if target.selector is not None else None
    own = asked.values if asked is not None else {}
    label = next((one for one in LABELS if one in own), "")
    return service.selector is not None and service.selector.values.get(label) == own.get(label, "-")


def _ports(canary: Canary, service: Service, target: Workload) -> Iterator[TakenByCanary]:
    """The ports of the Service of a Canary that neither it nor, where it looks for them, a container has."""
    if canary.port is None or service.type == "ExternalName":
        return
    kept = {canary.port}
    if canary.discovers:
        kept |= {p.number for c in target.containers for p in c.ports if p.number is not None}
    for port in service.ports:
        if port.number not in kept:
            yield _taken(canary, service, target, port)


def _taken(canary: Canary, service: Service, target: Workload, port: ServicePort | None) -> TakenByCanary:
    patched = canary.meta.patched or service.meta.patched or target.meta.patched
    return TakenByCanary(
        wanted=service.title if port is None else str(port.number),
        anchor=service.selector_key if port is None else port.anchor,
        owner=service,
        verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
        near=(Candidate((canary.port_written or canary.target).anchor, f"Canary `{canary.title}`", ""),),
        canary=canary,
        service=service,
        workload=target,
        port=port,
    )
