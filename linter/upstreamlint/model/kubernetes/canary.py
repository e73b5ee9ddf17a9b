"""Canaries of Flagger, and what Flagger makes of their targets and Services.

docs.flagger.app, how it works: once a Canary is initialised its target runs no pods but while a release is tried; the pods that serve are
those of a copy, whose label has `-primary` behind its value. The Service of the Canary's name gets the Canary's ports, and no others.
"""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta, integer, truth
from upstreamlint.values import entity

LABELS = ("app", "name", "app.kubernetes.io/name")
"""The labels that Flagger looks for in the selector of a target, in this order (its flag `-selector-labels`)."""


@entity
class Canary(KubernetesObject):
    """A Canary: its target, the name of its Service, the port of that, and whether those of the target's containers are added; `leads` is the port of the pods."""

    target_kind: str
    target: Scalar
    service: str
    port: int | None
    port_written: Scalar | None
    discovers: bool
    leads: Scalar | None = None


def canary(meta: Meta, root: Mapping) -> Canary | None:
    """A Canary from its manifest; nothing where it names no target."""
    spec = root.mapping("spec")
    target = spec.mapping("targetRef") if spec is not None else None
    name = target.scalar("name") if target is not None else None
    if spec is None or target is None or name is None:
        return None
    kind, service = target.scalar("kind"), spec.mapping("service")
    named = service.scalar("name") if service is not None else None
    port = service.scalar("port") if service is not None else None
    return Canary(
        meta,
        target_kind=kind.value if kind is not None else "Deployment",
        target=name,
        service=named.value if named is not None and named.value else name.value,
        port=integer(port),
        port_written=port,
        leads=(service.scalar("targetPort") or port) if service is not None else None,
        discovers=service is not None and truth(service.scalar("portDiscovery")),
    )
