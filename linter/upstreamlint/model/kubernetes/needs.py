"""What the kubelet must find before it starts a pod: ConfigMaps, Secrets and keys of them.

Basis: `makeEnvironmentVariables` in kubelet_pods.go and the volume plugins `configmap`, `secret` and `projected`: without
`optional: true`, a variable without its key leaves the pod in `CreateContainerConfigError`, a volume in `ContainerCreating`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import truth
from upstreamlint.values import entity

CONFIG_MAP = "ConfigMap"
SECRET = "Secret"  # noqa: S105 - the name of a kind


@entity
class Need:
    """An object, or a key of it, that pods cannot do without. `mounted` says that a volume asks, not a variable."""

    kind: str
    name: Scalar
    key: Scalar | None
    mounted: bool


def needs(spec: Mapping) -> tuple[Need, ...]:
    """What the variables of all containers of a pod and its volumes ask for."""
    found: list[Need] = []
    for field in ("initContainers", "containers"):
        for container in spec.mappings(field):
            found += _of_variables(container)
    for volume in spec.mappings("volumes"):
        projected = volume.mapping("projected")
        for source in (volume, *(projected.mappings("sources") if projected else ())):
            found += _of_volume(source, named="secretName" if source is volume else "name")
    return tuple(found)


def _of_variables(container: Mapping) -> Iterator[Need]:
    for item in container.mappings("env"):
        source = item.mapping("valueFrom")
        for field, kind in _KEY_FIELDS if source is not None else ():
            reference = source.mapping(field) if source is not None else None
            if reference is not None:
                yield from _need(kind, reference, reference.scalar("name"), reference.scalar("key"))
    for item in container.mappings("envFrom"):
        for field, kind in _WHOLE_FIELDS:
            reference = item.mapping(field)
            if reference is not None:
                yield from _need(kind, reference, reference.scalar("name"), None)


_KEY_FIELDS = (("configMapKeyRef", CONFIG_MAP), ("secretKeyRef", SECRET))
_WHOLE_FIELDS = (("configMapRef", CONFIG_MAP), ("secretRef", SECRET))


def _of_volume(source: Mapping, *, named: str) -> Iterator[Need]:
    for field, kind, name in (("configMap", CONFIG_MAP, "name"), ("secret", SECRET, named)):
        holder = source.mapping(field)
        if holder is None:
            continue
        keys = [item.scalar("key") for item in holder.mappings("items")]
        for key in keys or [None]:
            yield from _need(kind, holder, holder.scalar(name), key, mounted=True)


def _need(
    kind: str, reference: Mapping, name: Scalar | None, key: Scalar | None, *, mounted: bool = False
) -> Iterator[Need]:
    if name is not None and not truth(reference.scalar("optional")):
        yield Need(kind, name, key, mounted)
