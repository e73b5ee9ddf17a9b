"""Manifests: from a document to the typed resources that it holds, of every kind that the API server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from upstreamlint.documents import Document, Mapping
from upstreamlint.model.kubernetes.canary import Canary, canary
from upstreamlint.model.kubernetes.chart import ChartRelease, releases
from upstreamlint.model.kubernetes.charted import charted_services
from upstreamlint.model.kubernetes.config import (
    ConfigMap,
    Namespace,
    Other,
    Secret,
    config_map,
    other,
    secret,
)
from upstreamlint.model.kubernetes.ingress import Ingress, IngressClass, ingress, ingress_class
from upstreamlint.model.kubernetes.made import made_services
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
from upstreamlint.model.kubernetes.service import Endpoints, MadeService, Service, endpoints, service
from upstreamlint.model.kubernetes.workload import Workload, workload
from upstreamlint.refusal.refused import Refused
from upstreamlint.typed import TYPE_CHECKING, TypeAlias
from upstreamlint.values import replace

if TYPE_CHECKING:
    from upstreamlint.model import gateway_api, istio
    from upstreamlint.model.kubernetes.issuer import Certificate, Issuer
    from upstreamlint.model.kubernetes.monitor import Monitor
    from upstreamlint.programs.managed.attached import AttachedPolicy
    from upstreamlint.programs.managed.checks.policies import HealthCheck
    from upstreamlint.programs.managed.haproxy_backend import HaproxyBackend
    from upstreamlint.programs.managed.model import ManagedRoute
    from upstreamlint.programs.managed.shards import RouterShard

    Resource: TypeAlias = (
        Workload
        | Service
        | Endpoints
        | Ingress
        | IngressClass
        | ConfigMap
        | Secret
        | Namespace
        | NetworkPolicy
        | DisruptionBudget
        | Autoscaler
        | Canary
        | Monitor
        | gateway_api.KubernetesGateway
        | gateway_api.ListenerSet
        | gateway_api.GatewayClass
        | gateway_api.ProxyParameters
        | gateway_api.GatewayRoute
        | gateway_api.Grant
        | istio.VirtualService
        | istio.DestinationRule
        | istio.IstioGateway
        | istio.ServiceEntry
        | istio.WorkloadEntry
        | istio.WorkloadGroup
        | istio.SidecarScope
        | istio.EnvoyFilter
        | istio.Installation
        | istio.PeerAuthentication
        | istio.AuthorizationPolicy
        | ManagedRoute
        | Refused
        | HealthCheck
        | AttachedPolicy
        | MadeService
        | ChartRelease
        | HaproxyBackend
        | Certificate
        | Issuer
        | RouterShard
        | Other
    )

_Build: TypeAlias = "Callable[[Meta, Mapping], Resource | None]"

_GATEWAY_API = "gateway.networking.k8s.io"
_ISTIO = "istio.io"
_MODELS = "upstreamlint.model"


def _in(module: str, name: str) -> _Build:
    """A builder of a module that is imported when a manifest needs it: most trees hold few technologies."""

    def build(meta: Meta, root: Mapping) -> Resource | None:
        made: Resource | None = getattr(import_module(f"{_MODELS}.{module}"), name)(meta, root)
        return made

    return build


_BUILDERS: dict[tuple[str, str], _Build] = {
    ("", "Service"): service,
    ("", "Endpoints"): endpoints,
    ("discovery.k8s.io", "EndpointSlice"): endpoints,
    ("", "ConfigMap"): config_map,
    ("", "Secret"): secret,
    ("", "Namespace"): lambda meta, _: Namespace(meta),
    ("networking.k8s.io", "Ingress"): ingress,
    ("extensions", "Ingress"): ingress,
    ("networking.k8s.io", "IngressClass"): ingress_class,
    ("rbac.authorization.k8s.io", "Role"): _in("kubernetes.rights", "rights"),
    ("cert-manager.io", "Certificate"): _in("kubernetes.issuer", "certificate"),
    ("cert-manager.io", "Issuer"): _in("kubernetes.issuer", "issuer"),
    ("cert-manager.io", "ClusterIssuer"): _in("kubernetes.issuer", "issuer"),
    ("networking.k8s.io", "NetworkPolicy"): network_policy,
    ("policy", "PodDisruptionBudget"): disruption_budget,
    ("autoscaling", "HorizontalPodAutoscaler"): autoscaler,
    ("keda.sh", "ScaledObject"): autoscaler,
    ("monitoring.coreos.com", "ServiceMonitor"): _in("kubernetes.monitor", "monitor"),
    ("monitoring.coreos.com", "PodMonitor"): _in("kubernetes.monitor", "monitor"),
    ("flagger.app", "Canary"): canary,
    ("argoproj.io", "Rollout"): lambda meta, root: workload(meta, root) or rollout_of_workload(meta, root),
    (_GATEWAY_API, "Gateway"): _in("gateway_api.gateways", "gateway"),
    (_GATEWAY_API, "ListenerSet"): _in("gateway_api.gateways", "listener_set"),
    ("gateway.networking.x-k8s.io", "XListenerSet"): _in("gateway_api.gateways", "listener_set"),
    (_GATEWAY_API, "GatewayClass"): _in("gateway_api.gateways", "gateway_class"),
    (_GATEWAY_API, "ReferenceGrant"): _in("gateway_api.gateways", "grant"),
    **{
        (_GATEWAY_API, f"{protocol}Route"): _in("gateway_api.routes", "route")
        for protocol in ("HTTP", "GRPC", "TLS", "TCP", "UDP")
    },
    ("policy.linkerd.io", "HTTPRoute"): _in("gateway_api.routes", "route"),
    ("cilium.io", "CiliumNetworkPolicy"): _in("kubernetes.cilium", "policy"),
    ("cilium.io", "CiliumClusterwideNetworkPolicy"): _in("kubernetes.cilium", "policy"),
    **{
        (f"{prefix}projectcalico.org", kind): _in("kubernetes.calico", "policy")
        for prefix in ("", "crd.")
        for kind in ("NetworkPolicy", "GlobalNetworkPolicy")
    },
    (f"networking.{_ISTIO}", "VirtualService"): _in("istio", "virtual_service"),
    (f"networking.{_ISTIO}", "DestinationRule"): _in("istio", "destination_rule"),
    (f"networking.{_ISTIO}", "Gateway"): _in("istio", "gateway"),
    (f"networking.{_ISTIO}", "ServiceEntry"): _in("istio", "service_entry"),
    (f"networking.{_ISTIO}", "WorkloadEntry"): _in("istio", "workload_entry"),
    (f"networking.{_ISTIO}", "WorkloadGroup"): _in("istio", "workload_group"),
    (f"networking.{_ISTIO}", "Sidecar"): _in("istio", "sidecar"),
    (f"networking.{_ISTIO}", "EnvoyFilter"): _in("istio", "envoy_filter"),
    ("gateway.envoyproxy.io", "EnvoyProxy"): _in("gateway_api.gateways", "proxy_parameters"),
    (f"install.{_ISTIO}", "IstioOperator"): _in("istio", "installation"),
    ("sailoperator.io", "Istio"): _in("istio", "sail"),
    (f"security.{_ISTIO}", "PeerAuthentication"): _in("istio", "peer_authentication"),
    (f"security.{_ISTIO}", "AuthorizationPolicy"): _in("istio", "authorization_policy"),
    (f"security.{_ISTIO}", "RequestAuthentication"): _in("istio", "request_authentication"),
}

MODELLED = tuple(_BUILDERS)
"""The groups and kinds that have a model of their own."""

MODELLED_KINDS = frozenset(kind for _, kind in MODELLED)
"""Kinds that a document is worth parsing for; others are only if they carry a pod template."""


def build(
    document: Document,
    folder: str,
    namespace: str = "",
    version: str = "",
    *,
    moved: bool = False,
    stand_in: str = "",
) -> Iterator[Resource]:
    """The resources of a document; lists are opened (P1).

    `namespace` is the one that objects without one of their own get (P2), or all of them when they are `moved`, as
    Kustomize does. `stand_in` is the one that what printed the document took for want of another, which says nothing. `version` is the minor version of the Kubernetes that they are for: the newest that is known if it
    is empty.
    """
    if isinstance(document.root, Mapping):
        yield from _build(document.root, folder, namespace, version, moved=moved, stand_in=stand_in)


def _build(
    root: Mapping,
    folder: str,
    namespace: str,
    version: str,
    listed: Mapping | None = None,
    *,
    moved: bool = False,
    stand_in: str = "",
) -> Iterator[Resource]:
    kind = root.scalar("kind")
    if kind is None and listed is None:
        return
    if kind is not None and kind.value.endswith("List") and root.sequence("items") is not None:
        typed = root if kind.value != "List" else None
        for item in root.mappings("items"):
            yield from _build(item, folder, namespace, version, typed, moved=moved, stand_in=stand_in)
        return
    found = meta_of(root, folder, namespace, listed)
    if found is None:
        return
    meta = _placed(found, namespace if moved else found.namespace, stand_in)
    builder = _BUILDERS.get((meta.group, meta.kind))
    built = builder(meta, root) if builder else workload(meta, root)
    if built is None and "." in meta.group:
        built = _managed(meta, root)
    resource = built if built is not None else other(meta, root)
    yield resource
    if "." in meta.group:
        yield from made_services(meta, root)
        for release in releases(meta, root):
            yield release
            yield from charted_services(release)
    from upstreamlint.refusal.check import refusals

    refused = refusals(meta, root, version)
    if refused:
        yield Refused(meta, resource, refused)


def _placed(meta: Meta, namespace: str, stand_in: str) -> Meta:
    """What is said of an object, in a namespace: none where it is in none, or in that which only stands in for another."""
    nowhere = meta.kind in _CLUSTER_SCOPED or namespace == stand_in
    space = "" if nowhere else namespace
    return meta if meta.namespace == space else replace(meta, namespace=space)


def _managed(meta: Meta, root: Mapping) -> Resource | None:
    """An object that configures a program that a controller runs."""
    from upstreamlint.programs.managed.attached import attached_policy
    from upstreamlint.programs.managed.checks.policies import health_check
    from upstreamlint.programs.managed.haproxy_backend import haproxy_backend
    from upstreamlint.programs.managed.model import managed_route
    from upstreamlint.programs.managed.shards import router_shard

    return (
        managed_route(meta, root)
        or health_check(meta, root)
        or attached_policy(meta, root)
        or haproxy_backend(meta, root)
        or router_shard(meta, root)
    )


_CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "IngressClass",
        "GatewayClass",
        "CiliumClusterwideNetworkPolicy",
        "ClusterIssuer",
        "GlobalNetworkPolicy",
    }
)
