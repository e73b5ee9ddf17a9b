"""Selectors of pods and autoscalers that find nothing in their own scope, and miss a neighbour's workload by a slip of the hand."""

from __future__ import annotations

from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.neighbouring_workloads import NeighbouringWorkloads
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.graph.references import AutoscalerTarget, Candidate, Reference, ServiceSelector
from upstreamlint.model.kubernetes import Meta
from upstreamlint.values import replace


def neighbours_meant(
    reference: ServiceSelector | AutoscalerTarget | PodSelector,
    index: Index,
    workloads: NeighbouringWorkloads,
) -> Reference:
    """A reference that misses a workload of another scope by a slip of the hand."""
    meta = reference.owner.meta if hasattr(reference.owner, "meta") else None
    if not isinstance(meta, Meta) or meta.patched:
        return reference
    if isinstance(reference, AutoscalerTarget):
        kind = reference.autoscaler.target_kind
        if reference.wanted in index.ladder.elsewhere:
            return reference
        found = workloads.named(reference.wanted, kind, meta.namespace, meta.folder)
        if found is None:
            return reference
        text = f"`{found.title}` has a similar name"
        near = Candidate(found.anchor, text, found.meta.name.value)
        return replace(reference, verdict=Verdict.NEAR_MISS, near=(near,))
    written = (
        reference.service.selector
        if isinstance(reference, ServiceSelector)
        else reference.selector.match_labels
    )
    missed = workloads.carrying(written.values, meta.namespace, meta.folder) if written is not None else None
    if missed is None or written is None or index.ladder.carried_elsewhere(written.values):
        return reference
    workload, key = missed
    own = workload.template.labels
    place = own.entries[key].anchor if own is not None and key in own.entries else workload.anchor
    at = written.entries[key].anchor
    meant = f"{key}: {workload.template.values[key]}"
    near = Candidate(place, f"the closest workload, `{workload.title}`, has this", meant, at)
    return replace(reference, verdict=Verdict.NEAR_MISS, near=(near,), anchor=at)
