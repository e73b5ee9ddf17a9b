"""Which namespaces of a mesh see a Service."""

from __future__ import annotations

from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.nearest import same_namespace

EXPORT = "networking.istio.io/exportTo"
"""The annotation that says so: namespaces, `.` for the Service's own, `*` for every one, `~` for none."""


def visible(service: Service, client: str) -> bool:
    """Whether the proxies of a namespace see a Service; without the annotation all do."""
    written = service.meta.annotation(EXPORT)
    if not written:
        return True
    own = service.meta.namespace
    values = [v.strip() for v in written.split(",")]
    if "*" in values or "~" in values:
        return "*" in values
    return any(same_namespace(own if v == "." else v, client) for v in values)
