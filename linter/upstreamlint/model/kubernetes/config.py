"""ConfigMaps, namespaces, and objects that only say that something is there."""

from __future__ import annotations

from upstreamlint.documents import Entry, Mapping, Scalar
from upstreamlint.model.kubernetes.meta import Meta
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class ConfigMap:
    """A ConfigMap: its texts by key."""

    meta: Meta
    data: dict[str, Entry]

    @property
    def id(self) -> str:
        """See `Meta.id`."""
        return self.meta.id

    @property
    def anchor(self) -> Anchor:
        """Where its name is written."""
        return self.meta.anchor


@entity
class Namespace:
    """A Namespace, for its labels."""

    meta: Meta


@entity
class Other:
    """An object of a kind that nothing models: its controller may create pods, Services and labels."""

    meta: Meta


def config_map(meta: Meta, root: Mapping) -> ConfigMap:
    """A ConfigMap from its manifest."""
    data = root.mapping("data")
    entries = data.entries if data else {}
    return ConfigMap(meta, {k: e for k, e in entries.items() if isinstance(e.value, Scalar)})
