"""What is refused of an object: a look that says fast that it is nothing, or else what each of the checks says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.refusal import apis
from upstreamlint.refusal.at import At
from upstreamlint.refusal.covered import COVERED, Covered
from upstreamlint.refusal.partial import partial
from upstreamlint.refusal.parts import Fits, own
from upstreamlint.refusal.quick import compiled
from upstreamlint.refusal.refused import Refusal
from upstreamlint.refusal.scalars import unfilled
from upstreamlint.refusal.schema import Kind, kind, since
from upstreamlint.typed import Any, TypeAlias

Check: TypeAlias = Callable[[At], Iterator[Refusal]]


def refusals(meta: Meta, root: Mapping, version: str = "") -> tuple[Refusal, ...]:
    """What is refused of an object by a Kubernetes of a minor version (`1.27`), or the newest that is known."""
    scalar = root.scalar("apiVersion")
    gone, known, quick = _asked(scalar.value if scalar is not None else meta.group, meta.kind, version)
    if gone is not None:
        anchor = scalar.anchor if scalar is not None else meta.anchor
        return (Refusal("apiVersion", gone.said, anchor, gone.wants),)
    if known is None:
        return ()
    if quick is not None:
        of = own(root, meta.name.value)
        if (of[0] or not _aliased(root)) and quick(root, of, root.end):
            return ()
    found = in_full(meta, root, known, fits=not _aliased(root) and schema_of(known)(root))
    return tuple(
        r for r in found if not (version and r.since and apis.number(r.since) > apis.number(version))
    )


def in_full(meta: Meta, root: Mapping, known: Kind, *, fits: bool = False) -> tuple[Refusal, ...]:
    """What is refused of an object of a kind, by a look at all of it; of one that `fits` its schema, beyond that."""
    if "$patch" in root or "sops" in root or unfilled(meta.name):
        return ()  # what SOPS encrypted is told by what it is decrypted to
    at = At(root)
    found = [] if fits else _explained(at, known)
    if found and meta.group == "argoproj.io":
        from upstreamlint.refusal.argo import judged

        found = [judged(r) for r in found]
    found += _named(at, known, meta.kind)
    check = check_of(meta.group, meta.kind)
    if check is not None:
        found += check(at)
    if not found:
        return ()
    if partial(at, meta.kind, root.source.path):
        found = [r for r in found if not r.lack]
    return tuple(r for r in found if not (r.ignored and _within(r, found)))


def _explained(at: At, known: Kind) -> list[Refusal]:
    from upstreamlint.refusal.explain import explain

    return explain(at, known)


def _named(at: At, known: Kind, name: str) -> Iterator[Refusal]:
    from upstreamlint.refusal.kubernetes.metadata import named

    return named(at, "dns-subdomain" if known.custom else _NAMES.get(name, "dns-subdomain"))


@cache
def _asked(api: str, name: str, version: str) -> tuple[apis.Unserved | None, Kind | None, Fits | None]:
    """Why a kind is not served, or what is known of it, and the quick look at its objects if it is `COVERED`."""
    gone = apis.unserved(api, name, version)
    known = kind(api, name) if gone is None else None
    if known is not None and version:
        known = since(known, version)
    covered = known is not None and known.key in COVERED
    return gone, known, quick_of(known) if known is not None and covered else None


def _aliased(root: Mapping) -> bool:
    """Whether a tree may hold aliases, which make one of any size of a few lines."""
    return not root.in_place and "*" in root.source.text and "&" in root.source.text


def _within(refusal: Refusal, others: list[Refusal]) -> bool:
    """Whether what holds a field is refused."""
    return any(refusal.path.startswith(f"{o.path}.") for o in others if not o.ignored)


@cache
def quick_of(known: Kind) -> Fits:
    """The check that only says that nothing is refused, of a kind that is `COVERED`."""
    return compiled(known, COVERED[known.key])


@cache
def schema_of(known: Kind) -> Fits:
    """The check that only says that an object fits the schema of its kind."""
    return compiled(known, Covered(texts={}))


_NAMES = {
    **dict.fromkeys(("Service", "Namespace", "StatefulSet"), "dns-label"),
    "PodDisruptionBudget": "path-segment",
}
"""The formats of names that are others than those of most kinds."""
_CHECKS: dict[tuple[str, str], tuple[str, str]] = {
    ("", "Service"): ("kubernetes.services", "service"),
    ("", "Secret"): ("kubernetes.secrets", "secret"),
    ("", "Pod"): ("kubernetes.workloads", "single"),
    ("", "ReplicationController"): ("kubernetes.workloads", "replication_controller"),
    ("", "Endpoints"): ("kubernetes.endpoints", "endpoints"),
    ("discovery.k8s.io", "EndpointSlice"): ("kubernetes.endpoints", "slice_"),
    **{
        ("apps", name): ("kubernetes.workloads", "workload")
        for name in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet")
    },
    ("batch", "Job"): ("kubernetes.workloads", "job"),
    ("batch", "CronJob"): ("kubernetes.workloads", "cron_job"),
    ("networking.k8s.io", "Ingress"): ("kubernetes.ingresses", "ingress"),
    ("networking.k8s.io", "IngressClass"): ("kubernetes.ingresses", "ingress_class"),
    ("networking.k8s.io", "NetworkPolicy"): ("kubernetes.ingresses", "network_policy"),
    ("autoscaling", "HorizontalPodAutoscaler"): ("kubernetes.scaling", "autoscaler"),
    ("policy", "PodDisruptionBudget"): ("kubernetes.scaling", "disruption_budget"),
    ("argoproj.io", "Rollout"): ("argo", "rollout"),
    ("serving.knative.dev", "Service"): ("knative.objects", "service"),
    ("serving.knative.dev", "Configuration"): ("knative.objects", "configuration"),
    ("serving.knative.dev", "Revision"): ("knative.objects", "revision"),
    ("serving.knative.dev", "Route"): ("knative.objects", "route"),
    ("gateway.networking.k8s.io", "Gateway"): ("gateway_api", "gateway"),
    ("projectcontour.io", "HTTPProxy"): ("contour", "http_proxy"),
    ("k8s.nginx.org", "VirtualServer"): ("f5_nginx.servers", "virtual_server"),
    ("k8s.nginx.org", "VirtualServerRoute"): ("f5_nginx.servers", "virtual_server_route"),
    ("cert-manager.io", "Certificate"): ("cert_manager.certificates", "certificate"),
    ("cert-manager.io", "Issuer"): ("cert_manager.issuers", "issuer"),
    ("cert-manager.io", "ClusterIssuer"): ("cert_manager.issuers", "issuer"),
    ("networking.istio.io", "VirtualService"): ("istio.virtual_services", "virtual_service"),
    ("networking.istio.io", "DestinationRule"): ("istio.destination_rules", "destination_rule"),
    ("networking.istio.io", "Gateway"): ("istio.gateways", "gateway"),
    ("networking.istio.io", "ServiceEntry"): ("istio.service_entries", "service_entry"),
    ("networking.istio.io", "WorkloadEntry"): ("istio.service_entries", "workload_entry"),
    ("networking.istio.io", "WorkloadGroup"): ("istio.service_entries", "workload_group"),
    ("networking.istio.io", "Sidecar"): ("istio.sidecars", "sidecar"),
    ("networking.istio.io", "EnvoyFilter"): ("istio.envoy_filters", "envoy_filter"),
    ("security.istio.io", "AuthorizationPolicy"): ("istio.policies", "authorization_policy"),
    ("security.istio.io", "RequestAuthentication"): ("istio.tokens", "request_authentication"),
    ("security.istio.io", "PeerAuthentication"): ("istio.policies", "peer_authentication"),
}


@cache
def check_of(group: str, name: str) -> Check | None:
    """What is checked of a kind beyond its schema."""
    found = _CHECKS.get((group, name))
    if found is None:
        return None
    made: Any = getattr(import_module(f"{__package__}.{found[0]}"), found[1])
    return made  # type: ignore[no-any-return]
