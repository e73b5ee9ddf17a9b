"""How a cloud's load balancer reaches and checks the pods behind an Ingress: GKE and AWS."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.graph.serving import pod_port, serving_container, shows_port
from upstreamlint.model.kubernetes import Ingress, Service, ServicePort, Workload
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import ProbeAction, ProbeKind
from upstreamlint.numerals import decimal
from upstreamlint.values import entity


@entity(kw_only=True)
class LoadBalancerCheck(Reference):
    """How a cloud's load balancer reaches or checks a backend; `why` says what is wrong, `remedy` what to change."""

    ingress: Ingress
    service: Service
    why: str
    remedy: str


def alb_checks(
    index: Index, ingress: Ingress, backend: IngressBackend, service: Service
) -> Iterator[LoadBalancerCheck]:
    """How an ALB reaches a backend, and the port that it checks."""
    yield from _target_type(ingress, backend, service)
    yield from _health_port(index, ingress, service)


_TARGET_TYPE = "alb.ingress.kubernetes.io/target-type"


def _target_type(ingress: Ingress, backend: IngressBackend, service: Service) -> Iterator[LoadBalancerCheck]:
    """An ALB with targets of type `instance` (the default) reaches node ports only."""
    chosen = service.meta.annotation(_TARGET_TYPE) or ingress.meta.annotation(_TARGET_TYPE) or "instance"
    if chosen != "instance" or service.type != "ClusterIP" or backend.service is None:
        return
    yield LoadBalancerCheck(
        wanted=service.title,
        anchor=backend.service.anchor,
        owner=ingress,
        verdict=Verdict.CONFLICT,
        near=(Candidate(service.anchor, "this Service is of type ClusterIP, so it has no node port", ""),),
        ingress=ingress,
        service=service,
        why=f"the ALB sends to node ports (target type `instance`), but Service `{service.title}` has none",
        remedy=f"set the annotation `{_TARGET_TYPE}: ip`, or make the Service a NodePort",
    )


_HEALTH_PORT = "alb.ingress.kubernetes.io/healthcheck-port"


def _health_port(index: Index, ingress: Ingress, service: Service) -> Iterator[LoadBalancerCheck]:
    """With targets of type `ip`, an ALB's health check dials the pods: on a port that they must serve."""
    owner = service if service.meta.annotation(_HEALTH_PORT) else ingress
    entry = owner.meta.annotations.entries.get(_HEALTH_PORT) if owner.meta.annotations else None
    chosen = service.meta.annotation(_TARGET_TYPE) or ingress.meta.annotation(_TARGET_TYPE)
    if entry is None or chosen != "ip" or not isinstance(entry.value, Scalar):
        return
    number = decimal(entry.value.value)
    workloads = index.selected(service)
    if (
        number is None
        or not workloads
        or any(shows_port(w, number) or index.configures(w, number) for w in workloads)
    ):
        return
    text = f"the pods of `{workloads[0].title}` do not declare port {number}"
    yield LoadBalancerCheck(
        wanted=str(number),
        anchor=entry.anchor,
        owner=ingress,
        verdict=Verdict.CONFLICT,
        near=(Candidate(workloads[0].anchor, text, ""),),
        ingress=ingress,
        service=service,
        why=f"the ALB checks Service `{service.title}` on port {number}, which its pods do not declare",
        remedy="use `traffic-port`, or a port that the pods serve",
    )


_GKE_CONFIGS = ("cloud.google.com/backend-config", "beta.cloud.google.com/backend-config")


def gke_checks(
    index: Index, ingress: Ingress, backend: IngressBackend, service: Service, port: ServicePort
) -> Iterator[LoadBalancerCheck]:
    """GKE takes its health check from an HTTP readiness probe on the serving port; otherwise it asks `GET /`."""
    if backend.service is None or any(service.meta.annotation(key) for key in _GKE_CONFIGS):
        return
    for workload in index.selected(service):
        found = _other_probe(workload, port)
        if found is None:
            continue
        near, why = found
        yield LoadBalancerCheck(
            wanted=service.title,
            anchor=backend.service.anchor,
            owner=ingress,
            verdict=Verdict.UNKNOWN if workload.meta.patched else Verdict.CONFLICT,
            near=(near,),
            ingress=ingress,
            service=service,
            why=f"the load balancer checks Service `{service.title}` with `GET /`: {why}",
            remedy="probe the serving port with httpGet, or name a health check in a BackendConfig",
        )
        return


def _other_probe(workload: Workload, port: ServicePort) -> tuple[Candidate, str] | None:
    number = pod_port(workload, port)
    container = serving_container(workload, number)
    probe = container.probe(ProbeKind.READINESS) if container else None
    if container is None or probe is None or number is None or probe.port is None:
        return None
    if probe.action is not ProbeAction.HTTP:
        return Candidate(probe.anchor, "no HTTP probe", ""), "the readiness probe is no HTTP probe"
    names = {p.name.value: p.number for p in container.ports if p.name is not None}
    asked = integer(probe.port)
    asked = names.get(probe.port.value) if asked is None else asked
    if asked in (None, number):
        return None
    where = Candidate(probe.port.anchor, f"the readiness probe asks this port, requests go to {number}", "")
    return where, f"the readiness probe is on port {asked}, not on {number}"
