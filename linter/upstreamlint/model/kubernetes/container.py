"""The containers of a pod, and the volumes that they mount."""

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
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import Probe, ProbeKind, probe
from upstreamlint.source import Anchor
from upstreamlint.values import entity


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


def container(node: Mapping, *, sidecar: bool) -> PodContainer:
    """A container from its manifest."""
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


def volumes(spec: Mapping) -> list[Volume]:
    """Volumes that hold a ConfigMap, alone or inside a projected one."""
    found = []
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
            found.append(Volume(name.value, target, items))
    return found
