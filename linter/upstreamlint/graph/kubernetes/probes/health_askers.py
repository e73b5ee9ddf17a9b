"""Who asks a backend for its health before it sends requests there: then nothing in the container has to."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.facets.dial import Purpose
from upstreamlint.graph import Graph
from upstreamlint.graph.nodes import Node
from upstreamlint.model.compose import ComposeService, Project
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.programs.managed.attached import AttachedPolicy
from upstreamlint.programs.managed.checks.policies import HealthCheck
from upstreamlint.programs.managed.model import ManagedRoute

_LABEL = ".loadbalancer.healthcheck."
"""Of Traefik: `traefik.http.services.<name>.loadbalancer.healthcheck.path`."""

_ANNOTATIONS = (
    "cloud.google.com/backend-config",
    "beta.cloud.google.com/backend-config",
    "alb.ingress.kubernetes.io/healthcheck-path",
    "service.beta.kubernetes.io/aws-load-balancer-healthcheck-path",
    "service.beta.kubernetes.io/azure-load-balancer-health-probe-request-path",
    "haproxy.org/check",
    "traefik.ingress.kubernetes.io/service.healthcheck.path",
)
"""What a Service, or its Ingress, says of the health check of the load balancer before it."""

_CHECKING_CLASSES = ("alb", "gce", "azure-application-gateway", "azure/application-gateway")
"""Classes whose load balancers ask every backend for its health: AWS ALB, Google's, Azure's."""


def asked_for_health(graph: Graph) -> frozenset[int]:
    """The Compose services and Services, by identity, that a proxy or load balancer asks for their health."""
    return frozenset(id(node) for node in _asked(graph))


def _asked(graph: Graph) -> Iterator[Node]:
    for found in graph.judgements:
        owner = found.dial.owner
        checked = getattr(owner, "health_checked", False) or getattr(owner, "health", None) is not None
        if checked or found.dial.purpose is Purpose.ASK:
            yield from found.targets
    for project in graph.nodes(Project):
        yield from (s for s in project.services.values() if _is_labelled(s))
    folders = {o.meta.folder for o in _checking(graph)}
    for service in graph.nodes(Service):
        if service.meta.folder in folders or any(service.meta.annotation(key) for key in _ANNOTATIONS):
            yield service
    for backend in graph.judgements:
        if isinstance(backend.owner, Ingress) and _checks(backend.owner):
            yield from (t for t in backend.targets if isinstance(t, Service))


def _checking(graph: Graph) -> Iterator[KubernetesObject]:
    """The objects that say that Services, here those of their folder, are asked."""
    yield from graph.nodes(HealthCheck)
    yield from (p for p in graph.nodes(AttachedPolicy) if p.check is not None)
    yield from (r for r in graph.nodes(ManagedRoute) if any(rule.check for rule in r.rules))


def _is_labelled(service: ComposeService) -> bool:
    return any(_LABEL in key for key in (*service.labels, *service.deploy_labels))


def _checks(ingress: Ingress) -> bool:
    """Whether the load balancer of an Ingress asks for the health of what it leads to."""
    name = ingress.class_name.value if ingress.class_name is not None else ""
    annotated = any(ingress.meta.annotation(key) for key in _ANNOTATIONS)
    return annotated or name.startswith(_CHECKING_CLASSES)
