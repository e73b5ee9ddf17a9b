"""The pods of Ingress controllers among the workloads of a run."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.model.kubernetes import Workload

_CONTROLLER_NAMES = frozenset(
    {"ingress-nginx", "nginx-ingress", "traefik", "haproxy-ingress", "contour", "kong"}
)
_CONTROLLER_IMAGES = (
    "ingress-nginx/controller",
    "nginx-ingress-controller",
    "nginx/nginx-ingress",
    "/traefik:",
    "haproxy-ingress",
)


def controllers_of(workloads: Iterable[Workload]) -> list[Workload]:
    """The pods of Ingress controllers, by their images and usual labels (N9)."""
    found = []
    for workload in workloads:
        values = workload.template.values
        named = values.get("app.kubernetes.io/name", values.get("app", "")) in _CONTROLLER_NAMES
        images = [c.image.value for c in workload.containers if c.image is not None]
        pictured = any(i.startswith("traefik:") or any(n in i for n in _CONTROLLER_IMAGES) for i in images)
        if not workload.finishes and (
            pictured or (named and values.get("app.kubernetes.io/component") == "controller")
        ):
            found.append(workload)
    return found
