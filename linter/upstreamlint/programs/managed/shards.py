"""Routers of OpenShift that take a part of all Routes: those whose labels, and those of their namespaces, fit both selectors.

openshift/router, pkg/router/controller/factory; openshift/api, operator/v1/types_ingress.go (`routeSelector`, `namespaceSelector`, `domain`). The default router is in no file, and
takes all; but names below the `domain` of a shard lead to that shard.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Namespace
from upstreamlint.model.kubernetes.meta import KubernetesObject, LabelSelector, Meta, selector
from upstreamlint.programs.managed.model import ManagedRoute
from upstreamlint.source import Anchor
from upstreamlint.values import entity


@entity
class RouterShard(KubernetesObject):
    """An IngressController of OpenShift."""

    domain: Scalar | None
    routes: LabelSelector | None
    namespaces: LabelSelector | None


@entity(kw_only=True)
class ShardOfRoute(Reference):
    """A Route below the domain of a shard; `why` says which labels it does not have, which the shard wants."""

    owner: ManagedRoute
    shard: RouterShard
    why: str


def router_shard(meta: Meta, root: Mapping) -> RouterShard | None:
    """A shard from its manifest; nothing for another kind."""
    spec = root.mapping("spec")
    if (meta.group, meta.kind) != ("operator.openshift.io", "IngressController") or spec is None:
        return None
    return RouterShard(
        meta,
        spec.scalar("domain"),
        selector(spec.get("routeSelector")),
        selector(spec.get("namespaceSelector")),
    )


def link(index: Index) -> Iterator[ShardOfRoute]:
    """Every Route that the shard of its domain leaves alone."""
    shards = [s for s in index.of(RouterShard) if s.domain is not None and not s.meta.patched]
    if not shards:
        return
    for route in index.of(ManagedRoute):
        if route.meta.kind != "Route" or route.host is None or route.meta.patched:
            continue
        own = [s for s in shards if s.domain is not None and _below(route.host.value, s.domain.value)]
        reasons = [_left(index, route, shard) for shard in own]
        first = reasons[0] if reasons else None
        if first is None or None in reasons or is_placeholder(route.host.value):
            continue
        anchor, why = first
        yield ShardOfRoute(
            wanted=route.host.value,
            anchor=route.host.anchor,
            owner=route,
            verdict=Verdict.CONFLICT,
            near=(Candidate(anchor, "it takes those with these labels", ""),),
            shard=own[0],
            why=why,
        )


def _below(host: str, domain: str) -> bool:
    return host.endswith(f".{domain}")


def _left(index: Index, route: ManagedRoute, shard: RouterShard) -> tuple[Anchor, str] | None:
    """Which selector a Route does not fit; nothing where it fits both, or where that is not known."""
    labels = route.meta.labels.values if route.meta.labels is not None else {}
    if shard.routes is not None and not shard.routes.matches(labels):
        return shard.routes.anchor, f"the Route has no labels `{shard.routes}`"
    if shard.namespaces is None:
        return None
    spaces = [n for n in index.of(Namespace) if n.meta.name.value == route.meta.namespace]
    if len(spaces) != 1 or spaces[0].meta.patched:
        return None
    known = spaces[0].meta.labels.values if spaces[0].meta.labels is not None else {}
    every = {**known, "kubernetes.io/metadata.name": route.meta.namespace}
    if shard.namespaces.matches(every):
        return None
    return shard.namespaces.anchor, f"its namespace has no labels `{shard.namespaces}`"
