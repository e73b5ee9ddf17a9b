"""What a host means to a pod's resolver: a Service, one pod behind a headless Service, or neither (S11, S12, S14)."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Meta, Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.numerals import decimal
from upstreamlint.places.address import is_address
from upstreamlint.values import StrEnum, frozen

CLUSTER_DOMAIN = "cluster.local"
_SERVICE_PARTS, _POD_PARTS = 2, 3
_ORDINAL = patterns.compile(r"^(.+)-(\d+)$")


class PodName(StrEnum):
    """What is wrong with the name of one pod behind a Service."""

    NOT_HEADLESS = "the Service is not headless"
    NOT_GOVERNING = "the StatefulSet names another governing Service"
    BEYOND_REPLICAS = "the ordinal is beyond the replicas"


@frozen
class ClusterName:
    """A host read as a name of the cluster: a Service, its namespace, and one pod's host name, if any.

    `whole` says that no search domain is needed.
    """

    service: str
    namespace: str
    pod: str = ""
    whole: bool = False


def has_cluster_dns(workload: Workload) -> bool:
    """Whether the pods resolve names of Services (S14)."""
    template = workload.template
    policy = template.dns_policy.value if template.dns_policy else "ClusterFirst"
    if policy == "ClusterFirstWithHostNet" or is_placeholder(policy):
        return True
    if policy == "ClusterFirst":
        return not template.host_network
    return template.has_dns_config


def cluster_name(index: Index, meta: Meta, host: str) -> ClusterName | None:
    """A host as a name of the cluster, seen from the namespace of an object; nothing when it is none.

    `svc`, `svc.ns`, `svc.ns.svc` and `svc.ns.svc.cluster.local` name a Service; one label before them a pod.
    """
    name = host.rstrip(".").lower()
    if not name or is_address(name):
        return None
    own = meta.namespace
    whole = name.endswith(f".svc.{CLUSTER_DOMAIN}")
    parts = name.removesuffix(f".{CLUSTER_DOMAIN}").split(".")
    if parts[-1] == "svc":
        parts = parts[:-1]
        if len(parts) == _SERVICE_PARTS:
            return ClusterName(parts[0], parts[1], whole=whole)
        return ClusterName(parts[1], parts[2], parts[0], whole=whole) if len(parts) == _POD_PARTS else None
    if len(parts) == 1:
        return ClusterName(parts[0], own)
    if len(parts) == _SERVICE_PARTS:
        if parts[1] in index.namespaces and (parts[1] == own or not _is_pod(index, meta, parts)):
            return ClusterName(parts[0], parts[1])
        return ClusterName(parts[1], own, parts[0]) if _is_pod(index, meta, parts) else None
    if len(parts) == _POD_PARTS and parts[2] in index.namespaces:
        return ClusterName(parts[1], parts[2], parts[0])
    return None


def _is_pod(index: Index, meta: Meta, parts: list[str]) -> bool:
    """Whether two labels are a pod and its Service, rather than a Service and a namespace."""
    return bool(index.services(parts[1], meta.namespace, meta.folder))


def pod_fault(index: Index, service: Service, pod: str) -> PodName | None:
    """What is wrong with the name of one pod behind a Service; nothing when it resolves, or cannot be told."""
    if not service.headless:
        return PodName.NOT_HEADLESS if service.selector is not None else None
    match = _ORDINAL.match(pod)
    if match is None:
        return None
    for workload in index.workloads_named(match[1], service.meta.namespace):
        if workload.meta.kind != "StatefulSet" or workload.meta.patched:
            continue
        if workload.service_name is not None and workload.service_name.value != service.meta.name.value:
            return PodName.NOT_GOVERNING
        replicas = integer(workload.replicas)
        if workload.replicas is None:
            replicas = 1
        if replicas and (decimal(match[2]) or 0) >= replicas and workload.first_ordinal == 0:
            return PodName.BEYOND_REPLICAS
    return None
