"""Plugins of Kong that an annotation names: objects of the same namespace, or of the whole cluster.

One that is not there is left out, and the requests go on without it. Kong/kubernetes-ingress-controller: internal/annotations (`ExtractNamespacedKongPluginsFromAnnotations`),
internal/util/kubernetes plugins lookup (`no KongPlugin or KongClusterPlugin was found for …`); issue 6139.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress, Other, Service
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.readers.compose.tree import part
from upstreamlint.values import entity

_ANNOTATION = "konghq.com/plugins"
_GROUP = "configuration.konghq.com"
_OF_CLUSTER = "KongClusterPlugin"


@entity(kw_only=True)
class KongPluginName(Reference):
    """A plugin that an object names; `holder` is the object."""

    holder: Ingress | Service | GatewayRoute


def link(index: Index) -> Iterator[KongPluginName]:
    """Every name in the annotation of every object that requests pass."""
    plugins = [
        o for o in index.of(Other) if o.meta.group == _GROUP and o.meta.kind in ("KongPlugin", _OF_CLUSTER)
    ]
    holders: tuple[Ingress | Service | GatewayRoute, ...] = (
        *index.of(Ingress),
        *index.of(Service),
        *index.of(GatewayRoute),
    )
    for holder in holders:
        for name in _named(holder):
            found = _judged(index, holder, name, plugins)
            if found is not None:
                yield found


def _named(holder: Ingress | Service | GatewayRoute) -> Iterator[Scalar]:
    entry = holder.meta.annotations.entries.get(_ANNOTATION) if holder.meta.annotations else None
    if entry is None or not isinstance(entry.value, Scalar):
        return
    at = 0
    for text in entry.value.value.split(","):
        start = at + len(text) - len(text.lstrip())
        if text.strip():
            yield part(entry.value, start, start + len(text.strip()))
        at += len(text) + 1


def _judged(
    index: Index, holder: Ingress | Service | GatewayRoute, written: Scalar, plugins: list[Other]
) -> KongPluginName | None:
    space, colon, name = written.value.rpartition(":")
    space = space if colon else holder.meta.namespace
    there = [p for p in plugins if p.meta.kind == _OF_CLUSTER or same_namespace(p.meta.namespace, space)]
    if is_placeholder(name) or any(p.meta.name.value == name for p in there):
        return None
    moved = [p for p in plugins if p.meta.name.value == name]
    known = {p.meta.name.value: p for p in there}
    like = near_names(name, known)
    meant = moved or [known[n] for n in like[:1]]
    near = tuple(
        Candidate(
            p.anchor,
            f"{p.meta.kind} `{p.title}`",
            "" if moved else p.meta.name.value,
            certain=not moved and sole(name, like),
        )
        for p in meant[:1]
    )
    verdict = index.ladder.absent(name, holder.meta.folder, near=bool(near))
    if verdict is Verdict.ABSENT and not plugins and not index.ladder.complete:
        # Plugins may all be another team's.
        verdict = Verdict.EXTERNAL
    return KongPluginName(
        wanted=name,
        anchor=written.anchor,
        owner=holder,
        verdict=Verdict.UNKNOWN if holder.meta.patched else verdict,
        near=near,
        holder=holder,
    )
