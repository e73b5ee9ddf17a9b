"""Manifests: from a document to the typed resources that it holds, of every kind that the API server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from upstreamlint.documents import Document, Mapping
from upstreamlint.model import gateway_api, istio
from upstreamlint.model.kubernetes.config import ConfigMap, Namespace, Other, config_map
from upstreamlint.model.kubernetes.ingress import Ingress, IngressClass, ingress, ingress_class
from upstreamlint.model.kubernetes.meta import Meta, meta_of
from upstreamlint.model.kubernetes.policy import (
    Autoscaler,
    DisruptionBudget,
    NetworkPolicy,
    autoscaler,
    disruption_budget,
    network_policy,
    rollout_of_workload,
)
from upstreamlint.model.kubernetes.service import Endpoints, Service, endpoints, service
from upstreamlint.model.kubernetes.workload import Workload, workload
from upstreamlint.model.shape import Misshapen, misshapen

Resource: TypeAlias = (
    Workload
    | Service
    | Endpoints
    | Ingress
    | IngressClass
    | ConfigMap
    | Namespace
    | NetworkPolicy
    | DisruptionBudget
    | Autoscaler
    | gateway_api.KubernetesGateway
    | gateway_api.GatewayClass
    | gateway_api.GatewayRoute
    | gateway_api.Grant
    | istio.VirtualService
    | istio.DestinationRule
    | istio.IstioGateway
    | istio.ServiceEntry
    | istio.WorkloadEntry
    | istio.WorkloadGroup
    | istio.SidecarScope
    | istio.Installation
    | istio.PeerAuthentication
    | istio.AuthorizationPolicy
    | Misshapen
    | Other
)

_Build: TypeAlias = Callable[[Meta, Mapping], Resource | None]

_BUILDERS: dict[tuple[str, str], _Build] = {
    ("", "Service"): service,
    ("", "Endpoints"): endpoints,
    ("discovery.k8s.io", "EndpointSlice"): endpoints,
    ("", "ConfigMap"): config_map,
    ("", "Namespace"): lambda meta, _: Namespace(meta),
    ("networking.k8s.io", "Ingress"): ingress,
    ("extensions", "Ingress"): ingress,
    ("networking.k8s.io", "IngressClass"): ingress_class,
    ("networking.k8s.io", "NetworkPolicy"): network_policy,
    ("policy", "PodDisruptionBudget"): disruption_budget,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
    ("keda.sh", "ScaledObject"): autoscaler,
    ("argoproj.io", "Rollout"): lambda meta, root: workload(meta, root) or rollout_of_workload(meta, root),
    (gateway_api.GROUP, "Gateway"): gateway_api.gateway,
    (gateway_api.GROUP, "GatewayClass"): lambda meta, _: gateway_api.GatewayClass(meta),
    (gateway_api.GROUP, "ReferenceGrant"): gateway_api.grant,
    **{(gateway_api.GROUP, kind): gateway_api.route for kind in gateway_api.ROUTE_KINDS},
    (istio.NETWORKING, "VirtualService"): istio.virtual_service,
    (istio.NETWORKING, "DestinationRule"): istio.destination_rule,
    (istio.NETWORKING, "Gateway"): istio.gateway,
    (istio.NETWORKING, "ServiceEntry"): istio.service_entry,
    (istio.NETWORKING, "WorkloadEntry"): istio.workload_entry,
    (istio.NETWORKING, "WorkloadGroup"): lambda meta, _: istio.WorkloadGroup(meta),
    (istio.NETWORKING, "Sidecar"): istio.sidecar,
    (istio.INSTALL, "IstioOperator"): istio.installation,
    (istio.SECURITY, "PeerAuthentication"): istio.peer_authentication,
    (istio.SECURITY, "AuthorizationPolicy"): istio.authorization_policy,
}

MODELLED_KINDS = frozenset(kind for _, kind in _BUILDERS)
"""Kinds that a document is worth parsing for; others are only if they carry a pod template."""


def build(document: Document, folder: str, namespace: str = "") -> Iterator[Resource]:
    """The resources of a document; lists are opened (P1).

    `namespace` is the one that objects without one of their own get (P2).
    """
    if isinstance(document.root, Mapping):
        yield from _build(document.root, folder, namespace)


def _build(root: Mapping, folder: str, namespace: str, listed: Mapping | None = None) -> Iterator[Resource]:
    kind = root.scalar("kind")
    if kind is None and listed is None:
        return
    if kind is not None and kind.value.endswith("List") and root.sequence("items") is not None:
        typed = root if kind.value != "List" else None
        for item in root.mappings("items"):
            yield from _build(item, folder, namespace, typed)
        return
    meta = meta_of(root, folder, namespace, listed)
    if meta is None:
        return
    if meta.kind in _CLUSTER_SCOPED:
        meta = replace(meta, namespace="")
    builder = _BUILDERS.get((meta.group, meta.kind))
    built = builder(meta, root) if builder else workload(meta, root)
    yield built if built is not None else Other(meta)
    yield from misshapen(meta, root)


_CLUSTER_SCOPED = frozenset({"Namespace", "IngressClass", "GatewayClass"})
