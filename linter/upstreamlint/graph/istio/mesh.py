"""What holds for the whole mesh, and who its proxies are."""

from __future__ import annotations

import re

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.names import DEFAULT_DOMAIN
from upstreamlint.model.istio import Installation
from upstreamlint.model.kubernetes import ConfigMap, Labels, Namespace, Workload
from upstreamlint.values import frozen

ROOT_NAMESPACE = "istio-system"
REGISTRY_ONLY = "REGISTRY_ONLY"

_ROOT = patterns.compile(r"^rootNamespace:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)
_OUTBOUND = patterns.compile(r"^outboundTrafficPolicy:\s*+(?<=[ \t])mode:\s*[\"']?([A-Z_]+)", re.MULTILINE)


@frozen
class Settings:
    """The mesh's settings that decide look-ups."""

    root_namespace: str
    domain: str
    outbound: str


def settings(index: Index) -> Settings:
    """The settings from MeshConfig or IstioOperator, Istio's defaults where they are silent."""
    root, outbound = "", ""
    domains = {found.cluster_domain for found in index.of(Installation)}
    domain = domains.pop() if len(domains) == 1 else ""
    for found in index.of(Installation):
        root = root or found.root_namespace
        outbound = outbound or found.outbound
    for config in index.of(ConfigMap):
        name = config.meta.name.value
        if "mesh" not in config.data or not (name == "istio" or name.startswith("istio-")):
            continue
        text = config.data["mesh"].value
        for pattern in (_ROOT, _OUTBOUND):
            match = pattern.search(text.value) if isinstance(text, Scalar) else None
            if match and pattern is _ROOT:
                root = root or match.group(1)
            elif match:
                outbound = outbound or match.group(1)
    return Settings(root or ROOT_NAMESPACE, domain or DEFAULT_DOMAIN, outbound or "ALLOW_ANY")


_INJECT = "sidecar.istio.io/inject"
_MODE = "istio.io/dataplane-mode"


def is_gateway(workload: Workload) -> bool:
    """Whether a workload is a gateway proxy: by image, injection template, or the label that gateways carry."""
    template = workload.template
    annotations = template.annotations
    if annotations is not None and annotations.get("inject.istio.io/templates") == "gateway":
        return True
    values = template.values
    if "gateway" in values.get("istio", "") or "ingress" in values.get("istio", ""):
        return True
    images = [c.image.value for c in workload.containers if c.image is not None]
    return any(i == "auto" or "proxyv2" in i for i in images) and len(images) == 1


def _injected(labels: Labels) -> bool:
    return labels.get("istio-injection") == "enabled" or labels.get("istio.io/rev") is not None


def _brings_proxy(workload: Workload) -> bool:
    """Whether a proxy is written among the containers, as `istioctl kube-inject` does; what it takes its options tell."""
    return any(c.name and c.name.value == "istio-proxy" for c in workload.containers)


class Injection:
    """Which pods have a sidecar."""

    def __init__(self, index: Index) -> None:
        self.enabled = any(
            n.meta.labels is not None and _injected(n.meta.labels) for n in index.of(Namespace)
        )
        """Whether any namespace asks for sidecars."""
        self._namespaces = {n.meta.name.value: n for n in index.of(Namespace)}

    def refused(self, workload: Workload) -> Scalar | None:
        """What keeps the sidecar out of a workload's pods, if anything does; nothing of one that they bring themselves."""
        if _brings_proxy(workload):
            return None
        template = workload.template
        for labels in (template.labels, template.annotations):
            entry = labels.entries.get(_INJECT) if labels else None
            if entry is not None and isinstance(entry.value, Scalar):
                return entry.value if entry.value.value == "false" else None
        namespace = self._namespaces.get(workload.meta.namespace)
        if namespace is None or namespace.meta.labels is None:
            return None
        entry = namespace.meta.labels.entries.get("istio-injection")
        if entry is not None and isinstance(entry.value, Scalar) and entry.value.value == "disabled":
            return entry.value
        return None

    def certain(self, workload: Workload) -> bool | None:
        """Whether a workload has a sidecar; nothing when no manifest of its namespace tells."""
        if self.refused(workload) is not None or workload.template.host_network:
            return False
        template = workload.template
        if self.ambient(workload) or _brings_proxy(workload):
            return None
        if any(found and found.get(_INJECT) == "true" for found in (template.labels, template.annotations)):
            return True
        namespace = self._namespaces.get(workload.meta.namespace)
        if namespace is None or namespace.meta.patched:
            return None
        return namespace.meta.labels is not None and _injected(namespace.meta.labels)

    def ambient(self, workload: Workload) -> bool:
        """Whether ztunnel, not a sidecar, carries a workload's traffic."""
        own = workload.template.values.get(_MODE)
        if own is not None:
            return own == "ambient"
        namespace = self._namespaces.get(workload.meta.namespace)
        labels = namespace.meta.labels if namespace else None
        return labels is not None and labels.get(_MODE) == "ambient"

    def in_mesh(self, workload: Workload) -> bool:
        """Whether a workload can be taken to have a sidecar: nothing keeps it out.

        Where namespaces ask for sidecars, one that is among the files and does not has none.
        """
        return (
            self.refused(workload) is None
            and not (self.enabled and self.certain(workload) is False)
            and not self.ambient(workload)
            and not workload.template.host_network
        )
