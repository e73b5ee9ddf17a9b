"""ExternalName Services that stand for another Service of the cluster: which one, and which of its ports is reached.

Cluster DNS answers such a name with the other's, and no port is translated: what is dialled must be a port of the other Service. A proxy that knows
the object dials its `targetPort` instead (ingress-nginx, internal/ingress/controller/endpointslices.go; jcmoraisjr/haproxy-ingress,
pkg/converters/ingress/ingress.go), or the number that names it.
"""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import other_ports
from upstreamlint.graph.references import Candidate
from upstreamlint.model.kubernetes import Service

_LONGEST = 8


def stands_for(index: Index, service: Service) -> Service | None:
    """The Service at the end of an ExternalName; nothing where it leads elsewhere, or to several."""
    current = service
    for _ in range(_LONGEST):
        if current.type != "ExternalName":
            known = current.ports and not current.meta.patched
            return current if current is not service and known else None
        target = cluster_name(current.external_name.value) if current.external_name is not None else None
        found = index.services(*target, current.meta.folder) if target is not None else []
        if len(found) != 1 or current.meta.patched:
            return None
        current = found[0]
    return None


def lacking(
    index: Index, service: Service, numbers: Iterable[int | None]
) -> tuple[Service, tuple[Candidate, ...]] | None:
    """The Service that an ExternalName stands for, where it has none of some ports, and those that it has."""
    other = stands_for(index, service)
    if other is None or any(number is None or other.port(number) is not None for number in numbers):
        return None
    meant = next((p for p in other.ports if p.target_number in set(numbers)), None)
    return other, other_ports(other, meant)


def cluster_name(name: str) -> tuple[str, str] | None:
    """The Service and namespace of a full cluster name."""
    parts = name.rstrip(".").split(".")
    return (parts[0], parts[1]) if len(parts) >= 3 and parts[2] == "svc" else None  # noqa: PLR2004
