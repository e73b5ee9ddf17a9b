"""What the API server, istiod and the controllers of the Gateway API refuse.

An object that is refused does not exist. Every object passes a check that is compiled from the schemas of
its kind and only says whether all is well (`quick`); the rare one that does not pass is explained (`explain`).
What no schema can say is checked by kind: `kubernetes`, `istio`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import Any, TypeAlias

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.readers.yaml import composed
from upstreamlint.refusal import apis
from upstreamlint.refusal.at import At
from upstreamlint.refusal.explain import explain
from upstreamlint.refusal.partial import partial
from upstreamlint.refusal.quick import Fits, compiled
from upstreamlint.refusal.refused import Refusal
from upstreamlint.refusal.schema import Kind, kind, since
from upstreamlint.values import entity

Check: TypeAlias = Callable[[At], Iterator[Refusal]]


@entity
class Refused:
    """An object that a server refuses, or of which it drops fields, and why."""

    meta: Meta
    resource: object
    refusals: tuple[Refusal, ...]

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id


def refusals(meta: Meta, root: Mapping, version: str = "") -> tuple[Refusal, ...]:
    """What is refused of an object by a Kubernetes of a minor version (`1.27`), or the newest that is known."""
    if "$patch" in root:
        return ()
    scalar = root.scalar("apiVersion")
    api = scalar.value if scalar is not None else (meta.group or "")
    gone = apis.unserved(api, meta.kind, version)
    at = At(root)
    if gone is not None:
        return (Refusal("apiVersion", gone.said, at.get("apiVersion").anchor, gone.wants),)
    known = kind(api, meta.kind)
    if known is None:
        return ()
    if version:
        known = since(known, version)
    found: list[Refusal] = []
    raw = composed(root) if "*" not in root.source.text or "&" not in root.source.text else None
    if raw is None or not _quick(known)(raw):
        found += explain(at, known)
    check = _check(meta.group, meta.kind)
    if check is not None:
        found += check(at)
    if found and partial(at, meta.kind, root.source.path):
        return tuple(r for r in found if not r.lack)
    return tuple(found)


@cache
def _quick(known: Kind) -> Fits:
    return compiled(known)


_CHECKS: dict[tuple[str, str], tuple[str, str]] = {
    ("", "Service"): ("kubernetes.services", "service"),
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
    ("networking.k8s.io", "NetworkPolicy"): ("kubernetes.ingresses", "network_policy"),
    ("autoscaling", "HorizontalPodAutoscaler"): ("kubernetes.scaling", "autoscaler"),
    ("policy", "PodDisruptionBudget"): ("kubernetes.scaling", "disruption_budget"),
    ("networking.istio.io", "VirtualService"): ("istio.virtual_services", "virtual_service"),
    ("networking.istio.io", "DestinationRule"): ("istio.destination_rules", "destination_rule"),
    ("networking.istio.io", "Gateway"): ("istio.gateways", "gateway"),
    ("networking.istio.io", "ServiceEntry"): ("istio.service_entries", "service_entry"),
    ("networking.istio.io", "WorkloadEntry"): ("istio.service_entries", "workload_entry"),
    ("networking.istio.io", "WorkloadGroup"): ("istio.service_entries", "workload_group"),
    ("networking.istio.io", "Sidecar"): ("istio.sidecars", "sidecar"),
    ("security.istio.io", "AuthorizationPolicy"): ("istio.policies", "authorization_policy"),
    ("security.istio.io", "PeerAuthentication"): ("istio.policies", "peer_authentication"),
}


@cache
def _check(group: str, name: str) -> Check | None:
    """What is checked of a kind beyond its schema."""
    found = _CHECKS.get((group, name))
    if found is None:
        return None
    made: Any = getattr(import_module(f"{__name__}.{found[0]}"), found[1])
    return made  # type: ignore[no-any-return]
