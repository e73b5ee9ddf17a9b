"""What runs pods: every kind that carries a pod template, known or not (P7)."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.environment import (
    KeyVariable,
    Variable,
    key_variables,
    opaque_variables,
    takes_secrets,
    variables,
    whole_maps,
)
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
from upstreamlint.model.kubernetes.probe import Probe, ProbeKind, probe
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace


@entity
class ContainerPort:
    """A port that a container declares. It is informational: an undeclared one may be served too (C1)."""

    number: int
    name: Scalar | None
    protocol: str
    anchor: Anchor


@entity
class Mount:
    """A volume in a container's file system; `sub_path` picks one file of it."""

    volume: str
    path: Scalar
    sub_path: str


@entity
class PodContainer:
    """A container of a pod. `sidecar` is an init container that keeps running (restartPolicy Always).

    `opaque_env` are the names of variables whose values the files do not hold, `folder` is its working directory.
    """

    name: Scalar | None
    image: Scalar | None
    ports: tuple[ContainerPort, ...]
    probes: tuple[Probe, ...]
    mounts: tuple[Mount, ...]
    env: tuple[Variable, ...]
    env_from: tuple[Scalar, ...]
    env_keys: tuple[KeyVariable, ...]
    command: tuple[Scalar, ...]
    args: tuple[Scalar, ...]
    opaque_env: tuple[Scalar, ...]
    takes_secrets: bool
    folder: Scalar | None
    sidecar: bool
    hooked: bool
    anchor: Anchor

    @property
    def words(self) -> tuple[Scalar, ...]:
        """Everything that its command line is written to be."""
        return (*self.command, *self.args)

    def probe(self, kind: ProbeKind) -> Probe | None:
        """Its probe of a kind."""
        return next((p for p in self.probes if p.kind is kind), None)


@entity
class Volume:
    """A volume that holds a ConfigMap: `items` maps its keys to paths, all of them when empty."""

    name: str
    config_map: Scalar
    items: dict[str, str]


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
    if pod_spec is None or pod_spec.sequence("containers") is None:
        if (meta.group, meta.kind) not in _KNOWN:
            return None
        meta = replace(meta, patched=True)
    chosen = holder.get("selector")
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
    running = [_container(c, sidecar=False) for c in spec.mappings("containers")]
    first: list[PodContainer] = []
    for node in spec.mappings("initContainers"):
        policy = node.scalar("restartPolicy")
        sidecar = policy is not None and policy.value == "Always"
        (running if sidecar else first).append(_container(node, sidecar=sidecar))
    gates = [g.scalar("conditionType") for g in spec.mappings("readinessGates")]
    return PodTemplate(
        labels=found,
        annotations=labels(head.get("annotations")) if head else None,
        values=found.values if found else {},
        containers=tuple(running),
        first=tuple(first),
        volumes=tuple(_volumes(spec)),
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


def _container(node: Mapping, *, sidecar: bool) -> PodContainer:
    ports = []
    for item in node.mappings("ports"):
        number = integer(item.scalar("containerPort"))
        if number is None:
            continue
        protocol = item.scalar("protocol")
        ports.append(
            ContainerPort(number, item.scalar("name"), protocol.value if protocol else "TCP", item.anchor)
        )
    mounts = []
    for item in node.mappings("volumeMounts"):
        volume, path, sub = item.scalar("name"), item.scalar("mountPath"), item.scalar("subPath")
        if volume is not None and path is not None:
            mounts.append(Mount(volume.value, path, sub.value if sub else ""))
    lifecycle = node.mapping("lifecycle")
    after = lifecycle.mapping("postStart") if lifecycle is not None else None
    return PodContainer(
        name=node.scalar("name"),
        image=node.scalar("image"),
        ports=tuple(ports),
        probes=tuple(p for k in ProbeKind if (p := probe(k, node)) is not None),
        mounts=tuple(mounts),
        env=variables(node),
        env_from=whole_maps(node),
        env_keys=key_variables(node),
        command=tuple(node.scalars("command")),
        args=tuple(node.scalars("args")),
        opaque_env=opaque_variables(node),
        takes_secrets=takes_secrets(node),
        folder=node.scalar("workingDir"),
        sidecar=sidecar,
        hooked=after is not None and after.mapping("exec") is not None,
        anchor=node.anchor,
    )


def _volumes(spec: Mapping) -> list[Volume]:
    """Volumes that hold a ConfigMap, alone or inside a projected one."""
    volumes = []
    for item in spec.mappings("volumes"):
        name = item.scalar("name")
        if name is None:
            continue
        projected = item.mapping("projected")
        holders = [item, *(projected.mappings("sources") if projected else ())]
        for holder in holders:
            config = holder.mapping("configMap")
            target = config.scalar("name") if config else None
            if config is None or target is None:
                continue
            items = {
                key.value: path.value
                for i in config.mappings("items")
                if (key := i.scalar("key")) is not None and (path := i.scalar("path")) is not None
            }
            volumes.append(Volume(name.value, target, items))
    return volumes
