"""Clients without a sidecar before workloads that demand mutual TLS: load balancers of clouds, controllers outside the mesh, and pods that call a Service.

Whoever comes through a Service of type LoadBalancer has none either.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.references.tls import PlainClient
from upstreamlint.graph.istio.registry.unregistered import SHOWN
from upstreamlint.graph.istio.tls.demands import Demands
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.controllers.pods import controllers_of
from upstreamlint.graph.kubernetes.pods.hosts import called
from upstreamlint.graph.kubernetes.services.serving import pod_port
from upstreamlint.model.istio import PeerAuthentication
from upstreamlint.model.kubernetes import Ingress, Service, Workload
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.checks.front import Front
from upstreamlint.programs.managed.checks.fronts import fronts_of, of_gateways
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.model import ManagedRoute

_CLOUD = frozenset({Controller.ALB, Controller.GCE, Controller.AGIC})
_IN_CLUSTER = frozenset({"nginx", "traefik", "haproxy"})
"""Classes whose controllers run in the cluster, by the names that everybody gives them."""

_PORTS = "traffic.sidecar.istio.io/"
"""Annotations of pods that may keep a port from the sidecar."""


def link(mesh: Mesh) -> Iterator[PlainClient]:
    """Each backend whose pods take mutual TLS alone, which the one who dials it does not speak."""
    index = mesh.index
    if not index.of(PeerAuthentication):
        return
    demands = Demands(mesh)
    for front, client in _fronts(mesh):
        yield from _front(mesh, demands, front, client)


def _fronts(mesh: Mesh) -> Iterator[tuple[Front, str]]:
    """What stands before a Service without a sidecar, and what messages call it."""
    index = mesh.index
    classes, controllers = Classes(index), controllers_of(index.of(Workload))
    for ingress in index.of(Ingress):
        client = _client(mesh, ingress, classes.controller(ingress), controllers)
        if client is not None and not ingress.meta.patched:
            yield from ((front, client) for front in fronts_of(index, ingress))
    yield from ((front, "the load balancer of GKE") for front in of_gateways(index))
    for service in (s for s in index.of(Service) if s.type == "LoadBalancer"):
        for port in service.ports:
            front = Front(owner=service, name=service.meta.name, service=service, port=port)
            yield front, f"who comes through `{service.title}`"
    yield from _callers(mesh)
    if controllers and all(_outside(mesh, w) for w in controllers):
        yield from ((front, f"`{controllers[0].title}`") for front in _managed(index, controllers))


def _callers(mesh: Mesh) -> Iterator[tuple[Front, str]]:
    """The Services whose addresses pods outside the mesh are given; by the names of their variables, to call them."""
    for workload, name, value, host in called(mesh.index):
        if workload.meta.patched or not _outside(mesh, workload) or mesh.injection.ambient(workload):
            continue
        if SHOWN.search(name.upper()) or is_placeholder(value.value):
            continue
        number = host.port if host.port is not None else host.implied
        named = mesh.expand(host.host, workload.meta.namespace)
        found = mesh.registry.find(named, workload.meta.folder).services[:1]
        for port in (p for service in found for p in service.ports if p.number == number):
            yield Front(owner=workload, name=value, service=found[0], port=port), f"`{workload.title}`"


def _managed(index: Index, controllers: list[Workload]) -> Iterator[Front]:
    """The backends of objects that configure these controllers, where they are dialled by a number."""
    images = " ".join(c.image.value for w in controllers for c in w.containers if c.image is not None).lower()
    for found in index.of(ManagedRoute):
        if found.meta.patched or found.kind.by.lower() not in images:
            continue
        for backend in (b for rule in found.rules for b in rule.backends if b.port is not None):
            namespace = backend.namespace.value if backend.namespace is not None else found.meta.namespace
            number = decimal(backend.port.value) if backend.port is not None else None
            for service in index.services(backend.service.value, namespace, found.meta.folder)[:1]:
                port = service.port(number) if number is not None else None
                if port is not None:
                    yield Front(owner=found, name=backend.service, service=service, port=port)


def _outside(mesh: Mesh, workload: Workload) -> bool:
    """Whether pods have no sidecar for sure."""
    return workload.template.host_network or mesh.injection.certain(workload) is False


def _client(
    mesh: Mesh, ingress: Ingress, controller: Controller | None, controllers: list[Workload]
) -> str | None:
    """The client of an Ingress's backends, if it has no sidecar for sure."""
    if controller in _CLOUD:
        return f"the load balancer of {controller}"
    named = ingress.class_name.value if ingress.class_name is not None else ""
    if controller is Controller.ISTIO:
        return None
    if (controller is None and named not in _IN_CLUSTER) or not controllers:
        return None
    return f"`{controllers[0].title}`" if all(_outside(mesh, w) for w in controllers) else None


def _front(mesh: Mesh, demands: Demands, front: Front, client: str) -> Iterator[PlainClient]:
    if front.service.meta.patched or mesh.index.pods_are_ambiguous(front.service):
        return
    for workload in mesh.index.selected(front.service):
        annotations = workload.template.annotations
        steered = annotations is not None and any(k.startswith(_PORTS) for k in annotations.entries)
        if is_gateway(workload) or steered or mesh.injection.certain(workload) is not True:
            continue
        demanded = demands.mode(workload, pod_port(workload, front.port))
        if demanded is None or demanded[0].value != "STRICT" or workload.meta.patched:
            continue
        yield PlainClient(
            wanted=front.service.title,
            anchor=front.name.anchor,
            owner=front.owner,
            verdict=Verdict.CONFLICT,
            client=client,
            workload=workload,
            mode=demanded[0],
            policy=demanded[1],
        )
        return
