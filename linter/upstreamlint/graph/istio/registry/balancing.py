"""Load balancing and protocols: ejection that can take every endpoint, ports that share a pod's port."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.references.destinations import Ejection, SharedTargetPort
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import DestinationRule, Subset, VirtualService
from upstreamlint.model.kubernetes import Autoscaler, Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import ServicePort

_EVERY = 100


def link(mesh: Mesh) -> Iterator[Reference]:
    """Outlier detections that may empty a pool, and Service ports that clash in a sidecar."""
    scaled = {a.target.value for a in mesh.index.of(Autoscaler)}
    for rule in mesh.index.of(DestinationRule):
        if "*" in rule.host.value:
            continue
        policies = [(rule.policy, None), *((s.policy, s) for s in rule.subsets)]
        for policy, subset in policies:
            outlier = policy.node.mapping("outlierDetection") if policy is not None else None
            if outlier is not None:
                yield from _ejection(mesh, rule, subset, outlier, scaled)
    if mesh.index.of(VirtualService) or mesh.injection.enabled:
        for service in mesh.index.of(Service):
            if len(service.ports) > 1:
                yield from _shared(mesh, service)


def _ejection(
    mesh: Mesh, rule: DestinationRule, subset: Subset | None, outlier: Mapping, scaled: set[str]
) -> Iterator[Ejection]:
    """Every endpoint may go when all may be ejected and there is no panic threshold."""
    written = outlier.scalar("maxEjectionPercent")
    percent = integer(written)
    if written is None or percent is None or percent < _EVERY or integer(outlier.scalar("minHealthPercent")):
        return
    host = mesh.rules.expanded[id(rule)]
    found = mesh.registry.find(host, rule.meta.folder)
    labels = subset.labels.values if subset is not None and subset.labels is not None else {}
    workloads = tuple(
        w
        for s in found.services
        for w in mesh.index.selected(s)
        if all(w.template.values.get(k) == v for k, v in labels.items())
    )
    yield Ejection(
        wanted=written.value,
        anchor=written.anchor,
        owner=rule,
        verdict=Verdict.UNKNOWN if rule.meta.patched else Verdict.CONFLICT,
        rule=rule,
        host=host.shown,
        pods=_pods(workloads, scaled),
        workloads=workloads,
    )


def _pods(workloads: tuple[Workload, ...], scaled: set[str]) -> int | None:
    """How many pods run; nothing when that is not known."""
    if not workloads or any(w.meta.patched or w.meta.name.value in scaled for w in workloads):
        return None
    if any(w.meta.kind not in _COUNTED for w in workloads):
        return None
    counts = [1 if w.replicas is None else integer(w.replicas) for w in workloads]
    return sum(c for c in counts if c is not None)


_COUNTED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "Pod"})


def _shared(mesh: Mesh, service: Service) -> Iterator[SharedTargetPort]:
    """Two ports of a Service with different protocols that lead to one port of its pods."""
    workload = next((w for w in mesh.index.selected(service) if mesh.injection.in_mesh(w)), None)
    if workload is None or service.meta.patched:
        return
    first: dict[str, tuple[str, ServicePort]] = {}
    for port in service.ports:
        protocol = protocol_of(port)
        if protocol is None or port.protocol != "TCP":
            continue
        key = str(port.target_name or port.target_number)
        its, other = first.setdefault(key, (protocol, port))
        if its == protocol:
            continue
        place = port.target or port.written
        yield SharedTargetPort(
            wanted=key,
            anchor=place.anchor,
            owner=service,
            verdict=Verdict.CONFLICT,
            service=service,
            workload=workload,
            other=(other.target or other.written).anchor,
            protocols=(protocol, its),
        )


_GRPC = frozenset({"grpc", "http2", "grpc-web", "kubernetes.io/h2c"})
_HTTP = frozenset({"http"})
_OTHER = frozenset({"tcp", "mongo", "mysql", "redis"})


def protocol_of(port: ServicePort) -> str | None:
    """The family of a port's protocol, if its name or appProtocol says one."""
    name = port.app_protocol.value if port.app_protocol is not None else ""
    if not name and port.name is not None:
        text = port.name.value.lower()
        name = "grpc-web" if text.startswith("grpc-web") else text.partition("-")[0]
    name = name.lower()
    if name in _GRPC:
        return "HTTP/2"
    if name in _HTTP:
        return "HTTP"
    return "TCP" if name in _OTHER else None
