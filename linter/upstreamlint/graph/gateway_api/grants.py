"""Gateway API: what a namespace grants to routes of another one (G8)."""

from __future__ import annotations

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.gateway_api.references import BackendGrant, BackendTarget
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Route
from upstreamlint.graph.references import Candidate
from upstreamlint.model.gateway_api import GROUP, BackendRef, GatewayRoute, Grant
from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.nearest import nearest
from upstreamlint.typed import TypeAlias

Grants: TypeAlias = dict[str, list[Grant]]
"""The grants of each namespace."""


def grant_of(
    index: Index,
    grants: Grants,
    route: Route,
    owner: GatewayRoute,
    backend: BackendRef,
    *,
    target: BackendTarget,
    services: list[Service],
) -> BackendGrant:
    """A grant lives in the backend's namespace and names the route's kind and namespace (G8)."""
    there = [*grants.get(backend.namespace, ()), *grants.get("", ())]
    if any(_permits(g, owner, backend) for g in there):
        verdict = Verdict.FOUND
    elif not services and backend.namespace not in index.namespaces and not index.ladder.complete:
        verdict = Verdict.EXTERNAL
    elif owner.meta.patched or (not services and not there and not index.ladder.complete):
        verdict = Verdict.UNKNOWN
    elif owner.of_mesh and "istio" not in index.technologies:
        # Linkerd asks for no grants (linkerd2, policy-controller/k8s/index/src/outbound).
        verdict = Verdict.UNKNOWN
    else:
        verdict = Verdict.CONFLICT
    near = tuple(
        Candidate(
            g.meta.anchor, f"ReferenceGrant `{g.meta.title}` does not fit: {_misfit(g, owner, backend)}", ""
        )
        for g in nearest(there, owner.meta.folder)[:1]
    ) or tuple(Candidate(s.anchor, f"Service `{s.title}` is in another namespace", "") for s in services[:1])
    return BackendGrant(
        wanted=f"{backend.namespace}/{backend.name}",
        anchor=(backend.namespace_written or backend.name).anchor,
        owner=owner,
        verdict=verdict,
        near=near,
        route=route,
        target=target,
        route_owner=owner,
        backend=backend,
        service=services[0] if services else None,
    )


def _permits(grant: Grant, owner: GatewayRoute, backend: BackendRef) -> bool:
    origin = (GROUP, owner.meta.kind, owner.meta.namespace)
    return origin in grant.origins and any(
        (group, kind) == ("", "Service") and name in ("", backend.name.value)
        for group, kind, name in grant.targets
    )


def _misfit(grant: Grant, owner: GatewayRoute, backend: BackendRef) -> str:
    kind, namespace = owner.meta.kind, owner.meta.namespace
    if (GROUP, kind, namespace) in grant.origins:
        return f"its `to` does not name Service `{backend.name}`"
    if any(n == namespace for _, _, n in grant.origins):
        return f"its `from` is not kind {kind} of group {GROUP}"
    return f"its `from` does not name namespace `{namespace}`"
