"""What `host:port` means for a proxy in a pod: a Service, the pod itself, or what lies elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.pod_dns import CLUSTER_DOMAIN, ClusterName, cluster_name, has_cluster_dns, pod_fault
from upstreamlint.graph.references import Candidate
from upstreamlint.graph.service_names import missing_service, other_ports
from upstreamlint.graph.upstreams import HostObstacle, PortObstacle
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.model.kubernetes.workload import Container
from upstreamlint.source import Anchor
from upstreamlint.values import entity


class Proxy(Protocol):
    """A proxy in a container of a pod, as far as loopback depends on it.

    `alone` says that nothing but the proxy runs in its container, `complete` that all of its configuration
    is known.
    """

    @property
    def container(self) -> Container | None:
        """Where it runs."""

    @property
    def alone(self) -> bool:
        """Whether its container runs nothing else."""

    @property
    def complete(self) -> bool:
        """Whether its configuration is whole."""


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@entity(kw_only=True)
class PodHostAnswer:
    """A host, seen from a pod; the fields are those of `UpstreamHost`."""

    verdict: Verdict
    obstacle: HostObstacle | None = None
    targets: tuple[Node, ...] = ()
    far_end: tuple[tuple[Anchor, str], ...] = ()
    near: tuple[Candidate, ...] = ()


@entity(kw_only=True)
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
    proxy: Proxy,
    workload: Workload,
    host: str,
    port: int,
    *,
    listens: Collection[int],
    at_start: bool,
    defaulted: bool,
) -> Answer:
    """Look up a host from inside the pod; `at_start` says that the pod's own DNS does it, not a resolver of the proxy's own."""
    if host in _LOOPBACK or host.startswith("127."):
        return _loopback(index, proxy, workload, port, listens), ()
    return look_up(index, workload, host, port, at_start=at_start, defaulted=defaulted)


def look_up(
    index: Index, workload: Workload, host: str, port: int, *, at_start: bool, defaulted: bool = False
) -> Answer:
    """As `dial`, for a name that is not the pod itself."""
    meant = cluster_name(index, workload, host)
    if meant is None:
        return PodHostAnswer(verdict=Verdict.EXTERNAL), ()
    services = index.services(meant.service, meant.namespace, workload.meta.folder)
    if not services:
        return _missing(index, workload, meant, host), ()
    if at_start and not has_cluster_dns(workload):
        return _without_dns(workload, services[0]), ()
    if meant.pod:
        fault = pod_fault(index, services[0], meant.pod)
        verdict = Verdict.CONFLICT if fault is not None else Verdict.FOUND
        obstacle = HostObstacle.UNKNOWN_NAME if fault is not None else None
        far_end = ((services[0].anchor, fault.value),) if fault is not None else ()
        return PodHostAnswer(verdict=verdict, obstacle=obstacle, targets=tuple(services), far_end=far_end), ()
    answers = tuple(_port(s, port, defaulted=defaulted) for s in services)
    if not at_start and not meant.whole:
        service = services[0]
        whole = f"{meant.service}.{service.meta.namespace or 'NAMESPACE'}.svc.{CLUSTER_DOMAIN}"
        text = f"Service `{service.title}` answers to its full name only"
        return PodHostAnswer(
            verdict=Verdict.CONFLICT,
            obstacle=HostObstacle.SHORT_NAME,
            targets=tuple(services),
            far_end=((service.anchor, text),),
            near=(Candidate(service.anchor, text, whole),),
        ), answers
    return PodHostAnswer(verdict=Verdict.FOUND, targets=tuple(services)), answers


def _without_dns(workload: Workload, service: Service) -> PodHostAnswer:
    """A pod that uses the DNS of its node, which knows no Service."""
    template = workload.template
    where = template.dns_policy.anchor if template.dns_policy else workload.anchor
    return PodHostAnswer(
        verdict=Verdict.CONFLICT,
        obstacle=HostObstacle.NO_DNS,
        targets=(service,),
        far_end=((where, f"the pods of `{workload.title}` do not use the cluster's DNS"),),
    )


def _missing(index: Index, workload: Workload, meant: ClusterName, host: str) -> PodHostAnswer:
    verdict, near = missing_service(index, meant.service, meant.namespace, workload.meta.folder)
    if index.ladder.declared_external((host,)):
        verdict = Verdict.EXTERNAL
    elsewhere = bool(near) and near[0].instead.endswith(f".svc.{CLUSTER_DOMAIN}")
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
    index: Index, proxy: Proxy, workload: Workload, port: int, listens: Collection[int]
) -> PodHostAnswer:
    """The pod itself: the proxy's own ports, and those of the containers beside it."""
    if port in listens:
        return PodHostAnswer(verdict=Verdict.FOUND)
    own = proxy.container
    declared = {p.number for c in workload.containers if c is not own for p in c.ports}
    if not proxy.alone or workload.template.host_network or port in declared or not proxy.complete:
        return PodHostAnswer(verdict=Verdict.UNKNOWN, obstacle=HostObstacle.LOOPBACK)
    serving = [
        s
        for s in index.of(Service)
        if s.meta.namespace == workload.meta.namespace
        and any(port in (p.number, p.target_number) for p in s.ports)
    ]
    near = tuple(
        Candidate(s.anchor, f"Service `{s.title}` leads to port {port}", s.meta.name.value)
        for s in serving[:1]
    )
    return PodHostAnswer(
        verdict=Verdict.CONFLICT,
        obstacle=HostObstacle.LOOPBACK,
        near=near,
        far_end=((workload.anchor, f"the pods of `{workload.title}` are what loopback means here"),),
    )
