"""Backends of Envoy Gateway that its configuration does not let it read: `extensionApis.enableBackend` is off unless it is set.

gateway.envoyproxy.io, "Backend Routing"; the configuration is the text `envoy-gateway.yaml` of a ConfigMap. A Backend that is not read is not found, and answered 500.
"""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.index import Index
from upstreamlint.model.gateway_api import BackendRef
from upstreamlint.model.kubernetes import ConfigMap
from upstreamlint.source import Anchor

_KEY = "envoy-gateway.yaml"


def switched_off(index: Index, backend: BackendRef) -> Anchor | None:
    """The configuration that does not let Backends be read; nothing where there is none, or more than one."""
    if (backend.group, backend.kind) != ("gateway.envoyproxy.io", "Backend"):
        return None
    from upstreamlint.containers import structured
    from upstreamlint.readers.fragment import embedded

    found = [m for m in index.of(ConfigMap) if _KEY in m.data and not m.meta.patched]
    text = found[0].data[_KEY].value if len(found) == 1 else None
    root = structured.root(embedded(text)) if isinstance(text, Scalar) else None
    if not isinstance(root, Mapping) or root.get("provider") is None:
        return None
    told = root.at("extensionApis", "enableBackend")
    return None if isinstance(told, Scalar) and told.value != "false" else found[0].keys[_KEY]
