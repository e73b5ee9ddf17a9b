"""What NetworkPolicies and disruption budgets select: pods of a namespace, and namespaces by their labels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.namespaces import NAMESPACE_NAME, labels_of
from upstreamlint.graph.likeness import near_names, sole
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.pod_labels import RUNTIME_LABELS
from upstreamlint.graph.policy.meant import POOL, elsewhere, misspelt, namesake, under_another_key
from upstreamlint.graph.references import AMONG_THESE, Candidate, Reference
from upstreamlint.model.kubernetes import (
    DisruptionBudget,
    LabelSelector,
    Meta,
    Namespace,
    NetworkPolicy,
    Other,
    Workload,
)
from upstreamlint.model.kubernetes.meta import Operator
from upstreamlint.model.kubernetes.policy import PolicyPeer
from upstreamlint.model.linkerd import MeshServer
from upstreamlint.values import entity


@entity(kw_only=True)
class PodSelector(Reference):
    """A selector of pods of one namespace. `peer` says that it names clients or servers, not the policy's own pods."""

    selector: LabelSelector
    workloads: tuple[Workload, ...]
    peer: bool


@entity(kw_only=True)
class NamespaceSelector(Reference):
    """A selector of namespaces by their labels."""

    selector: LabelSelector


def link(index: Index) -> Iterator[Reference]:
    """The selectors of every policy and budget."""
    for policy in (part for whole in index.of(NetworkPolicy) for part in whole.each):
        selects = policy.pods is not None and not policy.pods.is_empty and not policy.whole_cluster
        if selects and policy.pods is not None:
            yield pods_of(index, policy, policy.meta, policy.pods, peer=False)
        for rule in (*(policy.ingress or ()), *(policy.egress or ())):
            for peer in rule.peers:
                yield from _peer(index, policy, peer)
    for budget in index.of(DisruptionBudget):
        if budget.pods is not None and not budget.pods.is_empty:
            yield pods_of(index, budget, budget.meta, budget.pods, peer=False)
    for other in index.of(Other):
        guard = other.guard
        if isinstance(guard, MeshServer) and guard.pods is not None and not guard.pods.is_empty:
            yield pods_of(index, other, other.meta, guard.pods, peer=False)


def _peer(index: Index, policy: NetworkPolicy, peer: PolicyPeer) -> Iterator[Reference]:
    if peer.namespaces is not None:
        if not peer.namespaces.is_empty:
            yield _namespaces(index, policy, peer.namespaces)
    elif peer.pods is not None and not peer.pods.is_empty and not peer.sets:
        yield pods_of(index, policy, policy.meta, peer.pods, peer=True)


def selected(index: Index, selector: LabelSelector, namespace: str) -> tuple[Workload, ...] | None:
    """The workloads of a namespace that a selector matches; nothing when too wide to tell cheaply."""
    labels = selector.match_labels.values if selector.match_labels else {}
    if labels:
        pool = index.carrying_all(labels, namespace)
    else:
        wanted = next((e for e in selector.expressions if e.operator is Operator.IN), None)
        if wanted is None:
            return None
        pool = [w for v in wanted.values for w in index.carrying(wanted.key.value, v, namespace)]
    return tuple(w for w in pool if selector.matches(w.template.values))


def pods_of(
    index: Index, owner: Node, meta: Meta, selector: LabelSelector, *, peer: bool, of_mesh: bool = False
) -> PodSelector:
    """The pods that a selector of an object means, in the namespace of the object; those of a mesh may be meant in another one."""
    found = selected(index, selector, meta.namespace)
    labels = selector.match_labels.values if selector.match_labels else {}
    near: tuple[Candidate, ...] = ()
    verdict, assumption = Verdict.FOUND, ""
    if not found and found is not None:
        runtime = any(key in RUNTIME_LABELS for key in labels)
        open_ended = any(map(is_placeholder, labels.values())) or index.makers.of_pods(
            labels.values(), meta.namespace
        )
        if meta.patched or runtime or open_ended:
            verdict = Verdict.UNKNOWN
        else:
            near = misspelt(index, selector, meta) or under_another_key(index, selector, meta)
            if not near or not near[0].certain:
                named, doubt = ((), "") if peer else namesake(index, owner, selector)
                near = near or (elsewhere(index, selector, meta) if of_mesh else ())
                near, assumption = (named, doubt) if named else (near, AMONG_THESE if near else "")
            differing = near[0].instead.partition(": ")[0] if near else ""
            wanted = labels.get(differing) or next(iter(labels.values()), meta.name.value)
            verdict = index.ladder.absent(wanted, meta.folder, near=bool(near), also=(f"{meta.namespace}/*",))
            # Clients come from other releases too, and a scope without pods of the namespace knows none.
            apart = peer or not index.workloads(meta.namespace)
            if verdict is Verdict.ABSENT and not index.ladder.complete and apart:
                verdict = Verdict.EXTERNAL
    return PodSelector(
        wanted=str(selector),
        anchor=near[0].at if near and near[0].at else selector.anchor,
        owner=owner,
        verdict=verdict,
        near=near,
        assumption=assumption,
        selector=selector,
        workloads=found or (),
        peer=peer,
    )


def _namespaces(index: Index, policy: NetworkPolicy, selector: LabelSelector) -> NamespaceSelector:
    """A namespace's labels are known only when it has a manifest, its name always (N5)."""
    known = index.of(Namespace)
    near: tuple[Candidate, ...] = ()
    verdict = Verdict.UNKNOWN
    if any(selector.matches(labels_of(n)) for n in known[:POOL]):
        verdict = Verdict.FOUND
    elif len(known) <= POOL and not policy.meta.patched:
        near = _near_namespace(index, known, selector)
        if near:
            verdict = Verdict.NEAR_MISS
    return NamespaceSelector(
        wanted=str(selector),
        anchor=near[0].at if near and near[0].at else selector.anchor,
        owner=policy,
        verdict=verdict,
        near=near,
        selector=selector,
    )


@lru_cache(maxsize=1_024)
def _similar(name: str, names: frozenset[str]) -> tuple[str, ...]:
    """Names that are probably meant, which policies ask for again and again."""
    return tuple(near_names(name, names))


def _near_namespace(index: Index, known: list[Namespace], selector: LabelSelector) -> tuple[Candidate, ...]:
    """A label whose value is the name of a namespace that does not carry it, or a misspelt name."""
    if selector.match_labels is None:
        return ()
    for key, entry in selector.match_labels.entries.items():
        value = entry.value
        if not isinstance(value, Scalar) or is_placeholder(value.value):
            continue
        if key == NAMESPACE_NAME:
            like = _similar(value.value, index.namespaces) if value.value not in index.namespaces else ()
            for name in like:
                place = next((n.meta.anchor for n in known if n.meta.name.value == name), None)
                if place is not None:
                    text = f"namespace `{name}` has a similar name"
                    return (
                        Candidate(
                            place, text, f"{entry.key}: {name}", entry.anchor, certain=sole(value.value, like)
                        ),
                    )
        else:
            for namespace in known:
                if namespace.meta.name.value == value.value and not namespace.meta.patched:
                    text = f"namespace `{value}` does not carry the label `{key}`"
                    instead = f"{NAMESPACE_NAME}: {value}"
                    return (Candidate(namespace.meta.anchor, text, instead, entry.anchor),)
    return ()
