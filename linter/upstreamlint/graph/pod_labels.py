"""Labels that pods get beside those of their template."""

from __future__ import annotations

from collections.abc import Mapping

from upstreamlint import patterns

POD_NAME = "statefulset.kubernetes.io/pod-name"
"""The label that names one pod of a StatefulSet."""

SET_BY_CONTROLLERS = frozenset(
    {
        "pod-template-hash",
        "controller-revision-hash",
        "pod-template-generation",
        "rollouts-pod-template-hash",
        POD_NAME,
        "apps.kubernetes.io/pod-index",
        "job-name",
        "controller-uid",
        "batch.kubernetes.io/job-name",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "serving.knative.dev/service",
        "serving.knative.dev/configuration",
        "serving.knative.dev/configurationGeneration",
        "serving.knative.dev/revision",
    }
)
"""Labels that the control plane sets, whatever a template says."""

SET_BY_OPERATORS = frozenset(
    {"deploymentconfig", "deployment", "role.kubernetes.io/leader", "spilo-role", "cluster-name"}
    | {"vault-active", "vault-initialized", "vault-perf-standby", "vault-sealed", "vault-version"}
)
"""Labels that an operator, OpenShift's deployer or Vault's service registration adds, and people write as well."""

OF_ROLES = patterns.compile(r"role|leader|master|primary|active")
"""Labels that say what a pod is among its like; which it is turns out when it runs."""

RUNTIME_LABELS = SET_BY_CONTROLLERS | SET_BY_OPERATORS
"""Labels that any pod may carry, whatever its template says (W1)."""

_MESH_LABELS = RUNTIME_LABELS | {
    "security.istio.io/tlsMode",
    "service.istio.io/canonical-name",
    "service.istio.io/canonical-revision",
}
_MESH_PREFIXES = ("topology.", "failure-domain.beta.kubernetes.io/", "kubernetes.io/", "istio-locality")


def standing(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels without those that istiod, the control plane or an operator adds: what a pod template must carry."""
    return {k: v for k, v in labels.items() if k not in _MESH_LABELS and not k.startswith(_MESH_PREFIXES)}
