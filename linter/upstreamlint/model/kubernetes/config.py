"""ConfigMaps, namespaces, and objects that only say that something is there."""

from __future__ import annotations

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.values import entity


@entity
class ConfigMap(KubernetesObject):
    """A ConfigMap: its texts by key."""

    data: dict[str, Entry]


@entity
class Namespace(KubernetesObject):
    """A Namespace, for its labels."""


@entity
class Other(KubernetesObject):
    """An object of a kind that nothing models: its controller may create pods, Services and labels."""


def config_map(meta: Meta, root: Mapping) -> ConfigMap:
    """A ConfigMap from its manifest."""
    data = root.mapping("data")
    entries = data.entries if data else {}
    return ConfigMap(meta, {k: e for k, e in entries.items() if isinstance(e.value, Scalar)})
