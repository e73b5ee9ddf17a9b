"""Which container of a pod serves a port, as far as the manifest says (R2)."""

from __future__ import annotations

from upstreamlint.model.kubernetes import Container, Workload


def serving_container(workload: Workload, number: int | None) -> Container | None:
    """The container that declares the port, or the only one; nothing when it cannot be told."""
    containers = workload.containers
    declaring = [c for c in containers if any(p.number == number for p in c.ports)]
    if len(declaring) == 1:
        return declaring[0]
    own = [c for c in containers if not c.sidecar]
    return own[0] if len(own) == 1 and not declaring else None
