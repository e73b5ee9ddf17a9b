"""What holds for the whole mesh, or for the proxies of a namespace: MeshConfig, IstioOperator, Sidecar."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Labels, Meta, labels
from upstreamlint.values import entity


@entity
class Installation(KubernetesObject):
    """An IstioOperator: the settings of the mesh that it installs, empty when it does not say."""

    root_namespace: str
    cluster_domain: str
    outbound: str


@entity
class SidecarScope(KubernetesObject):
    """A Sidecar: what the proxies of a namespace, or of some workloads in it, can reach.

    `egress` are the hosts of every egress listener, nothing when they are inherited. `outbound` is the mode
    for hosts that are not in the registry.
    """

    selector: Labels | None
    egress: tuple[Scalar, ...] | None
    outbound: Scalar | None


def installation(meta: Meta, root: Mapping) -> Installation | None:
    """An IstioOperator from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    values = (
        spec.at("meshConfig", "rootNamespace"),
        spec.at("values", "global", "proxy", "clusterDomain"),
        spec.at("meshConfig", "outboundTrafficPolicy", "mode"),
    )
    root_namespace, domain, outbound = (v.value if isinstance(v, Scalar) else "" for v in values)
    return Installation(meta, root_namespace, domain, outbound)


def sidecar(meta: Meta, root: Mapping) -> SidecarScope | None:
    """A Sidecar from its manifest."""
    spec = root.mapping("spec")
    if spec is None:
        return None
    chosen, policy = spec.mapping("workloadSelector"), spec.mapping("outboundTrafficPolicy")
    listeners = spec.sequence("egress")
    return SidecarScope(
        meta,
        labels(chosen.get("labels")) if chosen else None,
        tuple(h for e in spec.mappings("egress") for h in e.scalars("hosts")) if listeners else None,
        policy.scalar("mode") if policy else None,
    )
