"""Clients without a sidecar before workloads that demand mutual TLS: load balancers of clouds, Ingress controllers."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.istio.demands import Demands
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.graph.istio.references import PlainClient
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.controllers import controllers_of
from upstreamlint.graph.kubernetes.serving import pod_port
from upstreamlint.model.istio import PeerAuthentication
from upstreamlint.model.kubernetes import Ingress, Workload
from upstreamlint.programs.managed.checks.front import Front
from upstreamlint.programs.managed.checks.fronts import fronts_of
from upstreamlint.programs.managed.controllers import Classes, Controller

_CLOUD = frozenset({Controller.ALB, Controller.GCE, Controller.AGIC})
_IN_CLUSTER = frozenset({"nginx", "traefik", "haproxy"})
"""Classes whose controllers run in the cluster, by the names that everybody gives them."""

_PORTS = "traffic.sidecar.istio.io/"
"""Annotations of pods that may keep a port from the sidecar."""


def link(mesh: Mesh) -> Iterator[PlainClient]:
    """Each backend of an Ingress whose pods take mutual TLS alone, which the Ingress's controller does not speak."""
    index = mesh.index
    if not index.of(PeerAuthentication):
        return
    demands, classes = Demands(mesh), Classes(index)
    controllers = controllers_of(index.of(Workload))
    for ingress in index.of(Ingress):
        client = _client(mesh, ingress, classes.controller(ingress), controllers)
        if client is None or ingress.meta.patched:
            continue
        for front in fronts_of(index, ingress):
            yield from _front(mesh, demands, front, ingress, client)


def _client(
    mesh: Mesh, ingress: Ingress, controller: Controller | None, controllers: list[Workload]
) -> str | None:
    """The client of an Ingress's backends, if it has no sidecar for sure."""
    if controller in _CLOUD:
        return f"the load balancer of {controller}"
    named = ingress.class_name.value if ingress.class_name is not None else ""
    if (controller is None and named not in _IN_CLUSTER) or not controllers:
        return None
    outside = all(w.template.host_network or mesh.injection.certain(w) is False for w in controllers)
    return f"`{controllers[0].title}`" if outside else None


def _front(
    mesh: Mesh, demands: Demands, front: Front, ingress: Ingress, client: str
) -> Iterator[PlainClient]:
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
            owner=ingress,
            verdict=Verdict.CONFLICT,
            client=client,
            workload=workload,
            mode=demanded[0],
            policy=demanded[1],
        )
        return
