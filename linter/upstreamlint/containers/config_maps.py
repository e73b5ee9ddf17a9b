"""The ConfigMap that a pod means by a name."""

from __future__ import annotations

from collections.abc import Sequence

from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace


class ConfigMaps:
    """ConfigMaps by name."""

    def __init__(self, resources: Sequence[object]) -> None:
        self.maps: dict[str, list[ConfigMap]] = {}
        for resource in resources:
            if isinstance(resource, ConfigMap):
                self.maps.setdefault(resource.meta.name.value, []).append(resource)

    def __call__(self, name: str, namespace: str, folder: str) -> ConfigMap | None:
        """The nearest one in a namespace."""
        found = [m for m in self.maps.get(name, ()) if same_namespace(m.meta.namespace, namespace)]
        return next(iter(nearest(found, folder)), None)
