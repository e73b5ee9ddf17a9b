"""What runs pods: every kind that carries a pod template, known or not (P7)."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.container import PodContainer, Volume, container, volumes
from upstreamlint.model.kubernetes.meta import (
    KubernetesObject,
    Labels,
    LabelSelector,
    Meta,
    integer,
    labels,
    map_selector,
    selector,
    truth,
)
from upstreamlint.model.kubernetes.needs import Need, needs
from upstreamlint.model.kubernetes.placement import is_spread, regions, zones
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class PodTemplate:
    """What each pod of a workload is like. `containers` are those that run: init containers only as sidecars.

    `first` are the init containers that must end before those start.
    `zones` and `regions` are those that its nodes must be in; none when any will do. `service_links` says that its variables tell of the Services around it.
    """

    labels: Labels | None
    annotations: Labels | None
    values: dict[str, str]
    containers: tuple[PodContainer, ...]
    first: tuple[PodContainer, ...]
    volumes: tuple[Volume, ...]
    claims: bool
    host_network: bool
    host_network_anchor: Anchor | None
    dns_policy: Scalar | None
    has_dns_config: bool
    hostname: Scalar | None
    subdomain: Scalar | None
    readiness_gates: tuple[Scalar, ...]
    service_account: Scalar | None
    grace_period: Scalar | None
    needs: tuple[Need, ...]
    spread: bool
    zones: tuple[str, ...]
    anchor: Anchor
    service_links: bool = True
    regions: tuple[str, ...] = ()


@entity
class Workload(KubernetesObject):
    """An object that makes pods.

    `replicas` is as written, nothing for the default of the kind. `finishes` says that its pods complete
    (Job, CronJob). `selector` is what it adopts pods by; nothing when the kind has none.
    """

    template: PodTemplate
    selector: LabelSelector | None
    selector_required: bool
    replicas: Scalar | None
    finishes: bool
    strategy: Mapping | None
    service_name: Scalar | None
    first_ordinal: int = 0

    @property
    def title(self) -> str:
        """`Kind/name`, as messages name it."""
        return f"{self.meta.kind}/{self.meta.name}"

    @property
    def containers(self) -> tuple[PodContainer, ...]:
        """The containers of each pod."""
        return self.template.containers

    @property
    def scaled_to_zero(self) -> bool:
        """Whether the file says zero replicas."""
        return integer(self.replicas) == 0


_FINISHING = frozenset({"Job", "CronJob"})
_SELECTOR_REQUIRED = frozenset(
    {("apps", k) for k in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")}
)
_KNOWN = _SELECTOR_REQUIRED | {
    ("", "ReplicationController"),
    ("batch", "Job"),
    ("batch", "CronJob"),
    ("apps.openshift.io", "DeploymentConfig"),
    ("argoproj.io", "Rollout"),
}
"""Kinds that make pods even where the file, a patch or a fragment, does not say which containers run."""


def workload(meta: Meta, root: Mapping) -> Workload | None:
    """The workload that an object is; nothing when it carries no pod template."""
    spec = root.mapping("spec")
    if meta.kind == "Pod" and meta.group == "":
        if spec is None:
            return None
        template = pod(root.mapping("metadata"), spec)
        return Workload(meta, template, None, False, None, False, None, None)
    if spec is None:
        return None
    holder = spec
    if meta.kind == "CronJob":
        job = spec.mapping("jobTemplate")
        inner = job.mapping("spec") if job else None
        if inner is None:
            return None
        holder = inner
    template_node = holder.mapping("template")
    pod_spec = template_node.mapping("spec") if template_node else None
    if template_node is None:
        return None
    chosen = holder.get("selector")
    if pod_spec is None or pod_spec.sequence("containers") is None:
        if (meta.group, meta.kind) not in _KNOWN:
            return None
        meta = replace(meta, patched=True)
    elif chosen is None and (meta.group, meta.kind) in _SELECTOR_REQUIRED:
        # Laid over the whole one, it says neither which pods they are nor what they run.
        unseen = not any("image" in c for c in pod_spec.mappings("containers"))
        meta = replace(meta, patched=meta.patched or unseen)
    plain = meta.kind in ("ReplicationController", "DeploymentConfig")
    strategy = spec.mapping("strategy") or spec.mapping("updateStrategy")
    version = root.scalar("apiVersion")
    ordinals = spec.mapping("ordinals")
    return Workload(
        meta=meta,
        template=pod(template_node.mapping("metadata"), pod_spec or template_node),
        selector=map_selector(chosen) if plain else selector(chosen),
        selector_required=(meta.group, meta.kind) in _SELECTOR_REQUIRED
        and version is not None
        and version.value == "apps/v1",
        replicas=spec.scalar("replicas"),
        finishes=meta.kind in _FINISHING,
        strategy=strategy,
        service_name=spec.scalar("serviceName"),
        first_ordinal=integer(ordinals.scalar("start")) or 0 if ordinals else 0,
    )


def pod(head: Mapping | None, spec: Mapping) -> PodTemplate:
    """A pod template from its metadata and spec."""
    found = labels(head.get("labels")) if head else None
    running = [container(c, sidecar=False) for c in spec.mappings("containers")]
    first: list[PodContainer] = []
    for node in spec.mappings("initContainers"):
        policy = node.scalar("restartPolicy")
        sidecar = policy is not None and policy.value == "Always"
        (running if sidecar else first).append(container(node, sidecar=sidecar))
    gates = [g.scalar("conditionType") for g in spec.mappings("readinessGates")]
    return PodTemplate(
        labels=found,
        annotations=labels(head.get("annotations")) if head else None,
        values=found.values if found else {},
        containers=tuple(running),
        first=tuple(first),
        volumes=tuple(volumes(spec)),
        claims=any(v.mapping("persistentVolumeClaim") is not None for v in spec.mappings("volumes")),
        host_network=truth(spec.scalar("hostNetwork")),
        host_network_anchor=spec.key("hostNetwork") if "hostNetwork" in spec else None,
        dns_policy=spec.scalar("dnsPolicy"),
        has_dns_config=spec.mapping("dnsConfig") is not None,
        hostname=spec.scalar("hostname"),
        subdomain=spec.scalar("subdomain"),
        readiness_gates=tuple(g for g in gates if g is not None),
        service_account=spec.scalar("serviceAccountName"),
        grace_period=spec.scalar("terminationGracePeriodSeconds"),
        needs=needs(spec),
        spread=is_spread(spec),
        zones=zones(spec),
        regions=regions(spec),
        anchor=found.anchor if found else (head.anchor if head else spec.anchor),
        service_links=(linked := spec.scalar("enableServiceLinks")) is None or linked.value != "false",
    )
