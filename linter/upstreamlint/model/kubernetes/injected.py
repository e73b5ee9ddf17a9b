"""Containers that a webhook puts into pods: what they listen on at the pod's loopback stands in no file."""

from __future__ import annotations

from upstreamlint.model.kubernetes.workload import PodTemplate
from upstreamlint.values import NamedTuple


class Row(NamedTuple):
    """A key of the pods' annotations or labels that asks for a container which serves its neighbours, and who says so."""

    key: str
    source: str


_ROWS = (
    Row("consul.hashicorp.com/connect-inject", "developer.hashicorp.com/consul: annotations and labels"),
    Row("dapr.io/enabled", "docs.dapr.io: arguments and annotations"),
    Row("sidecar.opentelemetry.io/inject", "opentelemetry.io: operator, sidecar injection"),
    Row("sidecar.jaegertracing.io/inject", "jaegertracing.io: operator, auto-injecting agent sidecars"),
    Row("vault.hashicorp.com/agent-inject", "developer.hashicorp.com/vault: agent injector annotations, agent-cache-enable"),
    Row("azure.workload.identity/inject-proxy-sidecar", "azure.github.io/azure-workload-identity: labels and annotations"),
    Row("appmesh.k8s.aws/sidecarInjectorWebhook", "aws.github.io/aws-app-mesh-controller-for-k8s: sidecar injection"),
    Row("kuma.io/sidecar-injection", "kuma.io: annotations and labels"),
)  # fmt: skip
_KEYS = frozenset(row.key for row in _ROWS)
_OFF = frozenset({"false", "disabled", "no", "off"})


def has_neighbours(template: PodTemplate) -> bool:
    """Whether such a container runs in the pods, or may."""
    held = [(template.labels.values if template.labels is not None else {})]
    held += [template.annotations.values] if template.annotations is not None else []
    return any(key in _KEYS and value.lower() not in _OFF for values in held for key, value in values.items())
