"""What `host:port` means for an nginx in a pod: a Service, the pod itself, or what lies elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import Candidate
from upstreamlint.graph.service_names import missing_service, other_ports
from upstreamlint.graph.upstreams import HostObstacle, PortObstacle
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.model.nginx.instance import NginxInstance
from upstreamlint.source import Anchor

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CLUSTER = "cluster.local"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PodHostAnswer:
    """A host, seen from a pod; the fields are those of `UpstreamHost`."""

    verdict: Verdict
    obstacle: HostObstacle | None = None
    targets: tuple[Node, ...] = ()
    far_end: tuple[tuple[Anchor, str], ...] = ()
    near: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PodPortAnswer:
    """A port of a Service; the fields are those of `UpstreamPort`."""

    target: Node
    number: int
    verdict: Verdict
    obstacle: PortObstacle | None = None
    far_end: tuple[tuple[Anchor, str], ...] = ()
    near: tuple[Candidate, ...] = ()


Answer = tuple[PodHostAnswer, tuple[PodPortAnswer, ...]]


def dial(
    index: Index,
    instance: NginxInstance,
    host: str,
    port: int,
    listens: Collection[int],
    *,
    at_start: bool,
    defaulted: bool,
) -> Answer:
    """Look up a host from inside the pod; `at_start` says that the pod's own DNS does it, not nginx's resolver."""
    workload = instance.workload
    assert workload is not None
    if host in _LOOPBACK or host.startswith("127."):
        return _loopback(index, instance, workload, port, listens), ()
    name, namespace, full = _split(host.rstrip("."), index, workload)
    if name is None:
        return PodHostAnswer(verdict=Verdict.EXTERNAL), ()
    services = index.services(name, namespace, workload.meta.folder)
    if not services:
        return _missing(index, workload, name, namespace, host), ()
    answers = tuple(_port(s, port, defaulted=defaulted) for s in services)
    if not at_start and not full:
        service = services[0]
        whole = f"{name}.{service.meta.namespace or 'NAMESPACE'}.svc.{_CLUSTER}"
        text = f"Service `{service.title}` answers to its full name only"
        return PodHostAnswer(
            verdict=Verdict.CONFLICT,
            obstacle=HostObstacle.SHORT_NAME,
            targets=tuple(services),
            far_end=((service.anchor, text),),
            near=(Candidate(service.anchor, text, whole),),
        ), answers
    return PodHostAnswer(verdict=Verdict.FOUND, targets=tuple(services)), answers


def _split(host: str, index: Index, workload: Workload) -> tuple[str | None, str, bool]:
    """The Service and namespace that a name means, and whether it is written in full."""
    full = host.endswith(f".svc.{_CLUSTER}")
    labels = host.removesuffix(f".svc.{_CLUSTER}").split(".")
    if full or labels[-1] == "svc":
        labels = labels if full else labels[:-1]
        if len(labels) == 2:  # noqa: PLR2004 - a Service and its namespace
            return labels[0], labels[1], full
        return None, "", full
    if len(labels) == 1:
        return labels[0], workload.meta.namespace, False
    if len(labels) == 2 and labels[1] in index.namespaces:  # noqa: PLR2004 - a Service and its namespace
        return labels[0], labels[1], False
    return None, "", False


def _missing(index: Index, workload: Workload, name: str, namespace: str, host: str) -> PodHostAnswer:
    verdict, near = missing_service(index, name, namespace, workload.meta.folder)
    if index.ladder.declared_external((host,)):
        verdict = Verdict.EXTERNAL
    elsewhere = bool(near) and near[0].instead.endswith(f".svc.{_CLUSTER}")
    return PodHostAnswer(
        verdict=verdict,
        obstacle=HostObstacle.OTHER_NAMESPACE if elsewhere else HostObstacle.UNKNOWN_NAME,
        near=near,
        far_end=((workload.anchor, f"`{workload.title}`, from where the name is looked up"),),
    )


def _port(service: Service, number: int, *, defaulted: bool) -> PodPortAnswer:
    found = service.port(number)
    if service.type == "ExternalName" or not service.ports or service.meta.patched:
        return PodPortAnswer(target=found or service, number=number, verdict=Verdict.UNKNOWN)
    if service.headless and service.selector is not None:
        return _headless(service, number, found)
    if found is not None:
        return PodPortAnswer(target=found, number=number, verdict=Verdict.FOUND)
    meant = next((p for p in service.ports if p.target_number == number), None)
    near = other_ports(service, meant)
    return PodPortAnswer(
        target=service,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=PortObstacle.DEFAULTED if defaulted else PortObstacle.NOT_ON_SERVICE,
        near=near,
        far_end=tuple((c.anchor, c.text) for c in near),
    )


def _headless(service: Service, number: int, found: ServicePort | None) -> PodPortAnswer:
    """A headless Service gives the pods' own addresses: no port is translated."""
    target = found.target_number if found is not None else None
    if found is None or target in (None, number):
        return PodPortAnswer(target=found or service, number=number, verdict=Verdict.FOUND)
    written = found.target or found.written
    text = f"Service `{service.title}` is headless: the pods serve {target}, and no port is translated"
    return PodPortAnswer(
        target=found,
        number=number,
        verdict=Verdict.CONFLICT,
        obstacle=PortObstacle.HEADLESS,
        far_end=((written.anchor, text),),
        near=(Candidate(written.anchor, text, str(target)),),
    )


def _loopback(
    index: Index, instance: NginxInstance, workload: Workload, port: int, listens: Collection[int]
) -> PodHostAnswer:
    """The pod itself: nginx's own ports, and those of the containers beside it."""
    if port in listens:
        return PodHostAnswer(verdict=Verdict.FOUND)
    own = instance.container
    declared = {p.number for c in workload.containers if c is not own for p in c.ports}
    if not instance.alone or workload.template.host_network or port in declared or not instance.complete:
        return PodHostAnswer(verdict=Verdict.UNKNOWN, obstacle=HostObstacle.LOOPBACK)
    serving = [
        s
        for s in index.of(Service)
        if s.meta.namespace == workload.meta.namespace and any(port in (p.number, p.target_number) for p in s.ports)
    ]
    near = tuple(
        Candidate(s.anchor, f"Service `{s.title}` leads to port {port}", s.meta.name.value) for s in serving[:1]
    )
    return PodHostAnswer(
        verdict=Verdict.CONFLICT,
        obstacle=HostObstacle.LOOPBACK,
        near=near,
        far_end=((workload.anchor, f"the pods of `{workload.title}` are what loopback means here"),),
    )
