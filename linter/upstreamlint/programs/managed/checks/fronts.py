"""Which load balancers stand before which ports of Services, and what each asks the pods behind them."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.gateway_api.parents import Parents, attach
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress.backends import ingress_port
from upstreamlint.model.gateway_api import GatewayRoute, KubernetesGateway
from upstreamlint.model.kubernetes import Ingress, Other, Service, Workload
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.programs.managed.checks import amazon, azure, google, policies
from upstreamlint.programs.managed.checks.front import Front, Question
from upstreamlint.programs.managed.controllers import OF_CLOUDS, Classes, Controller

_GKE_CLASS = "gke-l7-"
_AZURE_CLASS = "azure-alb-external"


def questions(index: Index) -> Iterator[tuple[Front, Question, Workload]]:
    """What is asked of each workload, Ingresses first, then routes of Gateways, then Services of their own."""
    yield from _of_ingresses(index)
    for front in of_gateways(index):
        for workload in behind(index, front):
            yield front, google.of_gateway(front, policies.policy_for(index, front.service)), workload
    for front in of_gateways(index, _AZURE_CLASS):
        for workload in behind(index, front):
            asked = None if _is_told(index, front.service) else azure.for_containers(front, workload)
            if asked is not None:
                yield front, asked, workload
    for service in index.of(Service):
        if amazon.is_nlb(service) or azure.is_azure(service):
            yield from _of_service(index, service)


def _of_ingresses(index: Index) -> Iterator[tuple[Front, Question, Workload]]:
    classes = Classes(index)
    parameters = any(o.meta.kind == "IngressClassParams" for o in index.of(Other))
    for ingress in index.of(Ingress):
        controller = classes.controller(ingress)
        # Parameters of the class may say what annotations do not.
        if controller not in OF_CLOUDS or (controller is Controller.ALB and parameters):
            continue
        for front in fronts_of(index, ingress):
            for workload in behind(index, front):
                found = _asked(index, controller, front, workload)
                if found is not None:
                    yield front, found, workload


def _asked(index: Index, controller: Controller | None, front: Front, workload: Workload) -> Question | None:
    if controller is Controller.ALB:
        return amazon.of_ingress(front, workload)
    if controller is Controller.AGIC:
        return azure.of_ingress(front, workload)
    known, config = policies.config_for(index, front.service, front.port)
    return google.of_ingress(front, workload, config) if known else None


def _of_service(index: Index, service: Service) -> Iterator[tuple[Front, Question, Workload]]:
    for port in service.ports:
        front = Front(owner=service, name=service.meta.name, service=service, port=port)
        for workload in behind(index, front):
            by_aws = amazon.is_nlb(service)
            found = amazon.of_service(front, workload) if by_aws else azure.of_service(front)
            if found is not None and port.protocol == "TCP":
                yield front, found, workload


def behind(index: Index, front: Front) -> Iterator[Workload]:
    """The workloads that can be judged: those that no patch changes, and whose like is in no other folder."""
    service, folder = front.service, front.owner.meta.folder
    unsure = service.meta.patched or front.owner.meta.patched or index.pods_are_ambiguous(service)
    if not unsure and not index.service_is_ambiguous(
        service.meta.name.value, service.meta.namespace, folder, lambda _: True
    ):
        yield from (w for w in index.selected(front.service) if not w.meta.patched)


def fronts_of(index: Index, ingress: Ingress) -> Iterator[Front]:
    """The load balancer of an Ingress, before each port that it leads to."""
    for backend in ingress.backends:
        for service in _services(index, ingress, backend):
            port = ingress_port(service, backend.port) if backend.port is not None else None
            if port is not None and backend.service is not None:
                yield Front(
                    owner=ingress,
                    name=backend.service,
                    service=service,
                    port=port,
                    host="" if "*" in backend.host else backend.host,
                    path=backend.path,
                )


def _services(index: Index, ingress: Ingress, backend: IngressBackend) -> list[Service]:
    if backend.service is None:
        return []
    return index.services(backend.service.value, ingress.meta.namespace, ingress.meta.folder)[:1]


def _is_told(index: Index, service: Service) -> bool:
    """Whether a policy says what is asked of a Service."""
    return any(
        policy.check is not None and target.kind == "Service" and target.name.value == service.meta.name.value
        for policy in index.of(AttachedPolicy)
        for target in policy.targets
    )


def of_gateways(index: Index, prefix: str = _GKE_CLASS) -> Iterator[Front]:
    """The backends of HTTPRoutes that a Gateway of a class takes, by default GKE's."""
    parents = Parents(index)
    for route in index.of(GatewayRoute):
        found = [attach(parents, route, p) for p in route.parents] if route.meta.kind == "HTTPRoute" else []
        gateways = [p.gateway for p in found if p is not None and isinstance(p.gateway, KubernetesGateway)]
        if not any(g.class_name is not None and g.class_name.value.startswith(prefix) for g in gateways):
            continue
        yield from backends_of(index, route)


def backends_of(index: Index, route: GatewayRoute) -> Iterator[Front]:
    """The Services that a route leads to, before each port."""
    hosts = {h.value for h in route.hostnames}
    host = hosts.pop() if len(hosts) == 1 else ""
    for ref in (b for rule in route.rules for b in rule.backends if b.kind == "Service"):
        for service in index.services(ref.name.value, ref.namespace, route.meta.folder)[:1]:
            port = ingress_port(service, ref.port) if ref.port is not None else None
            if port is not None:
                yield Front(
                    owner=route,
                    name=ref.name,
                    service=service,
                    port=port,
                    host="" if "*" in host else host,
                )
