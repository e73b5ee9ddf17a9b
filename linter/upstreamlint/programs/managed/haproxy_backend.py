"""Backend objects of the HAProxy Kubernetes Ingress Controller: how its servers are spoken to.

haproxytech/kubernetes-ingress, documentation/custom-resources.md; before version 3 of the API what is said stands under `spec.config`.
"""

from __future__ import annotations

from upstreamlint.documents import Mapping
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta
from upstreamlint.source import Anchor
from upstreamlint.values import entity

_GROUPS = frozenset({"core.haproxy.org", "ingress.v1.haproxy.org", "ingress.v3.haproxy.org"})


@entity
class HaproxyBackend(KubernetesObject):
    """A Backend; `secure` is where it turns TLS on, `http2` says that it speaks HTTP/2, `unclear` that it speaks otherwise."""

    secure: Anchor | None
    http2: bool
    unclear: bool


def haproxy_backend(meta: Meta, root: Mapping) -> HaproxyBackend | None:
    """A Backend from its manifest; nothing for another kind."""
    if meta.kind != "Backend" or meta.group not in _GROUPS:
        return None
    spec = root.mapping("spec")
    config = (spec.mapping("config") or spec) if spec is not None else None
    server = config.mapping("default_server") if config is not None else None
    mode = config.scalar("mode") if config is not None else None
    ssl = server.scalar("ssl") if server is not None else None
    proto = server.scalar("proto") if server is not None else None
    told = proto.value if proto is not None else ""
    return HaproxyBackend(
        meta,
        ssl.anchor if ssl is not None and ssl.value == "enabled" else None,
        told == "h2",
        told not in ("", "h2") or (mode is not None and mode.value != "http"),
    )
