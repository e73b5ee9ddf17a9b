"""The workload that a selector of a policy or budget was meant for, when it selects none."""

from __future__ import annotations

from upstreamlint import patterns
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.nearest_workload import DISTINGUISHING, IDENTITY, around
from upstreamlint.graph.likeness import is_typed, near_names
from upstreamlint.graph.nodes import Node
from upstreamlint.graph.references import AMONG_THESE, Candidate, sure
from upstreamlint.model.kubernetes import DisruptionBudget, LabelSelector, Meta, NetworkPolicy, Workload
from upstreamlint.model.kubernetes.nearest import same_tree

POOL = 200
"""A namespace with more workloads is not searched for look-alikes: the cost would grow with its square."""


def misspelt(index: Index, selector: LabelSelector, meta: Meta) -> tuple[Candidate, ...]:
    """The workload that one misspelt value misses; certain where the hand slipped, and no word is more or less."""
    pool = around(index, meta.namespace)
    if selector.match_labels is None or len(pool) > POOL:
        return ()
    labels = selector.match_labels.values
    found: list[Candidate] = []
    others: list[Candidate] = []
    slips = True
    for workload in pool:
        key = _only_differing(labels, workload)
        if not key or workload.meta.folder != meta.folder:
            continue
        own = workload.template.values[key]
        # Where the other labels name the workload, a short value is no less a slip.
        slip = bool(near_names(labels[key], [own], words=False))
        slip = slip or (len(labels) > 1 and is_typed(labels[key], own))
        if slip or near_names(labels[key], [own]):
            found.append(_candidate(selector, key, workload, "the closest workload, `{}`, has this"))
            slips = slips and slip
        elif key not in IDENTITY | DISTINGUISHING and not IDENTITY.isdisjoint(labels):
            others.append(_candidate(selector, key, workload, "`{}` has this, and the other labels"))
    if not found and len(others) == 1:
        return (others[0],)
    return tuple(c._replace(certain=c.certain and slips) for c in sure(found))


def under_another_key(index: Index, selector: LabelSelector, meta: Meta) -> tuple[Candidate, ...]:
    """The only workload that has the value of a selector's only label under another key, where none has the key."""
    pool = around(index, meta.namespace)
    labels = selector.match_labels.values if selector.match_labels is not None else {}
    if len(labels) != 1 or selector.expressions or len(pool) > POOL:
        return ()
    ((key, value),) = labels.items()
    if index.knows_label(key):
        return ()
    same = [
        (workload, other)
        for workload in pool
        for other, own in workload.template.values.items()
        if own == value and other in IDENTITY and workload.meta.folder == meta.folder
    ]
    if len({id(workload) for workload, _ in same}) != 1 or same[0][0].meta.patched:
        return ()
    workload, other = same[0]
    written = workload.template.labels
    entry = written.entries.get(other) if written else None
    place = entry.anchor if entry else workload.anchor
    text = f"`{workload.title}` has the value under this key"
    wrong = selector.match_labels.entries[key].anchor if selector.match_labels else selector.anchor
    return (Candidate(place, text, f"{other}: {value}", wrong),)


def namesake(index: Index, owner: Node, selector: LabelSelector) -> tuple[tuple[Candidate, ...], str]:
    """The workload that a budget or policy is named after, if no other of its kind is for that; and what it rests on.

    One that differs in a single label is meant for certain by a budget of its name: `orders-pdb` is for `orders`. A policy
    may be for something else beside it.
    """
    if not isinstance(owner, DisruptionBudget | NetworkPolicy) or selector.match_labels is None:
        return (), ""
    name = _AFFIXES.sub("", _ACTS.split(owner.meta.name.value, maxsplit=1)[0])
    labels = selector.match_labels.values
    for workload in index.workloads_named(name, owner.meta.namespace):
        key = _only_differing(labels, workload)
        if key and workload.meta.folder == owner.meta.folder and not _is_taken(index, owner, workload):
            found = _candidate(selector, key, workload, "it is named after `{}`, which has this")
            return (found,), "" if isinstance(owner, DisruptionBudget) else AMONG_THESE
    return (), ""


def elsewhere(index: Index, selector: LabelSelector, meta: Meta) -> tuple[Candidate, ...]:
    """The only workload that a selector takes, where it is in another namespace than the object."""
    if selector.match_labels is None or selector.expressions or not meta.namespace:
        return ()
    found = [w for w in index.carrying_all(selector.match_labels.values, "") if not w.meta.patched]
    spaces = {w.meta.namespace for w in found}
    if len(found) != 1 or meta.namespace in spaces or "" in spaces:
        return ()
    workload = found[0]
    if not same_tree(workload.meta.folder, meta.folder):
        return ()
    text = f"`{workload.title}` has these labels, in another namespace"
    return (Candidate(workload.anchor, text, f"namespace: {workload.meta.namespace}"),)


_ACTS = patterns.compile(r"-(?:allow|deny|from|to|ingress|egress)(?:-|\Z)")
_AFFIXES = patterns.compile(
    r"\A(?:pdb|netpol|np)-|-(?:pdb|budget|disruption-budget|poddisruptionbudget|netpol|np|network-?policy|policy)\Z"
)


def _only_differing(labels: dict[str, str], workload: Workload) -> str:
    """The key of the only label of which a workload has another value; nothing where it lacks one, or several differ."""
    own = workload.template.values
    wrong = [key for key, value in labels.items() if own.get(key) != value]
    return wrong[0] if len(wrong) == 1 and wrong[0] in own and not workload.meta.patched else ""


def _is_taken(index: Index, owner: DisruptionBudget | NetworkPolicy, workload: Workload) -> bool:
    """Whether another of the owner's kind selects a workload."""
    others = [o for o in index.of(type(owner))[:POOL] if o is not owner and o.pods is not None]
    return any(
        not o.pods.is_empty and o.meta.namespace == owner.meta.namespace
        for o in others
        if o.pods is not None and o.pods.matches(workload.template.values)
    )


def _candidate(selector: LabelSelector, key: str, workload: Workload, text: str) -> Candidate:
    written = workload.template.labels
    entry = written.entries.get(key) if written else None
    own = selector.match_labels.entries[key].anchor if selector.match_labels else selector.anchor
    place = entry.anchor if entry else workload.anchor
    return Candidate(place, text.format(workload.title), f"{key}: {workload.template.values[key]}", own)
