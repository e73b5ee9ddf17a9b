"""ConfigMaps and Secrets that pods cannot start without: the keys of those that the files define."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.pods.holders import SEVERAL, Holder, Holders
from upstreamlint.graph.likeness import (
    akin,
    is_slip,
    is_typed,
    near_names,
    sole,
    tell_apart,
)
from upstreamlint.graph.references import AMONG_THESE, UNREAD, Candidate, Reference
from upstreamlint.graph.switched_off import may_have
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.nearest import ambiguous, same_namespace
from upstreamlint.model.kubernetes.needs import CONFIG_MAP, SECRET, Need
from upstreamlint.releases.unnamed import fitting
from upstreamlint.values import entity, replace


@entity(kw_only=True)
class Needed(Reference):
    """A ConfigMap, a Secret or a key of one that pods ask for; `holder` is the object, where the key is what is missing."""

    owner: Workload
    need: Need
    holder: Holder | None = None


def link(index: Index) -> Iterator[Needed]:
    """Everything that the pods of every workload ask for."""
    held = Holders(index)
    for workload in index.of(Workload):
        for need in workload.template.needs:
            found = _judged(held, workload, need)
            if not workload.meta.patched:
                yield found
            elif found.broken and found.near and is_slip(found.wanted, found.near[0].instead):
                yield replace(found, assumption=found.assumption or UNREAD)


def _judged(held: Holders, workload: Workload, need: Need) -> Needed:
    """What a need comes to. An object that a controller or a person may fill is not known by what a file says."""
    name = need.name.value
    found = [
        holder
        for holder in held.by_name.get((need.kind, name), ())
        if same_namespace(holder.meta.namespace, workload.meta.namespace)
    ]
    if is_placeholder(name) or name in held.made:
        return _needed(workload, need, Verdict.UNKNOWN)
    completed = held.completed(name)
    if not found:
        missing = _missing(held, workload, need)
        if missing.verdict is Verdict.EXTERNAL and held.would_make(workload, need):
            return replace(missing, verdict=Verdict.ABSENT)
        # What is an operator's may be so called, but for a slip of the name of what stands in a file.
        sure = missing.verdict is Verdict.NEAR_MISS and not missing.assumption
        return missing if sure or not completed else _needed(workload, need, Verdict.UNKNOWN)
    key = need.key.value if need.key is not None else ""
    if not key or any(key in holder.keys for holder in found):
        return _needed(workload, need, Verdict.FOUND)
    unknown = any(not h.keys or h.meta.patched for h in found) or ambiguous(found, workload.meta.folder)
    if unknown or any(_FILLED_IN.search(k) for k in (key, *(k for h in found for k in h.keys))):
        return _needed(workload, need, Verdict.UNKNOWN)
    near = _keys(key, found[0])
    # A chart puts keys into its Secrets for values that its users give, an operator what its object leaves out; a
    # chart that takes another has objects of the same name.
    typed = any(_is_typed(key, candidate.instead) for candidate in near)
    given = (completed or held.written_by_script(name, key)) and not typed
    ladder = held.ladder
    apart = need.kind == SECRET or not ladder.is_closed(workload.meta.folder)
    given |= apart and bool(ladder.unnamed) and not near and _may_have(found, key)
    verdict = Verdict.UNKNOWN if given else Verdict.CONFLICT
    return _needed(workload, need, verdict, near, found[0])


def _missing(held: Holders, workload: Workload, need: Need) -> Needed:
    """An object that no file defines lives elsewhere, unless it must mean one that is beside whoever asks."""
    name, ladder = need.name.value, held.ladder
    if ladder.declared_external((name,)):
        return _needed(workload, need, Verdict.EXTERNAL)
    beside = list(held.beside(workload, need))
    slips = _own_first(workload, [h for h in beside if is_slip(name, h.meta.name.value)])
    meant = [h for h in slips if held.is_idle(h)]
    if name in ladder.elsewhere and not (ladder.whole and meant):
        return _needed(workload, need, Verdict.EXTERNAL)
    meant = meant or [h for h in slips if _has(h, need)]
    if len({h.meta.name.value for h in meant}) == 1:
        return _meaning(held, workload, need, meant)
    # More than a slip may be another thing that is made elsewhere: what nobody else can mean tells, or the key.
    having = [h for h in beside if _has(h, need) and (need.key is not None or held.is_idle(h))]
    alike = [h for h in having if akin(name, [h.meta.name.value]) and not tell_apart(name, h.meta.name.value)]
    only = [h for h in having if held.is_only(h, workload, name)]
    # Secrets are made by hand, and by whom not: without the key that is asked for, one that is left proves nothing.
    likely = alike or (only if need.kind == CONFIG_MAP or need.key is not None else [])
    names = {h.meta.name.value for h in likely}
    # With another name of the release the chart may make what is asked for.
    released = bool(fitting(name, names, ladder.unnamed)) if ladder.unnamed else False
    promised = _promised(held, workload, need) if not slips else None
    if promised is not None:
        return promised
    if slips or released or held.named_by_others(name):
        return _needed(workload, need, Verdict.EXTERNAL)
    if not names:
        shared = _shared(held, workload, need)
        if shared is None:
            return _as_others_ask(held, workload, need)
        return replace(_meaning(held, workload, need, [shared]), assumption=AMONG_THESE)
    if len(names) != 1:
        return _needed(workload, need, Verdict.EXTERNAL)
    return replace(_meaning(held, workload, need, likely), assumption=AMONG_THESE)


def _promised(held: Holders, workload: Workload, need: Need) -> Needed | None:
    """A Secret that a controller makes of an object beside whoever asks, by a name of which this is a slip."""
    if need.kind != SECRET:
        return None
    name, meta = need.name.value, workload.meta
    meant = {
        scalar.value: (by, scalar)
        for by, scalar in held.promises
        if _is_typed(name, scalar.value)
        and (held.ladder.whole or by.meta.folder == meta.folder)
        and same_namespace(by.meta.namespace, meta.namespace)
    }
    if len(meant) != 1:
        return None
    ((by, scalar),) = meant.values()
    text = f"{by.meta.kind} `{by.meta.name}` makes Secret `{scalar}`"
    near = Candidate(scalar.anchor, text, scalar.value, certain=True)
    return _needed(workload, need, Verdict.NEAR_MISS, (near,))


def _shared(held: Holders, workload: Workload, need: Need) -> Holder | None:
    """The only object that this may mean, when a single name is missing: the others share it, or it alone has the key."""
    unit = held.unit(workload.meta)
    # What is mounted is made by others more often: certificates, tokens.
    if need.mounted or held.lost[need.kind, unit] != {need.name.value}:
        return None
    own = {n.name.value for n in workload.template.needs if n.kind == need.kind}
    together = held.together[need.kind, unit]
    if need.key is not None:
        having = [h for h in together if need.key.value in h.keys]
        return having[0] if len(having) == 1 and held.asked[need.kind, having[0].meta.name.value] else None
    shared = [
        h
        for h in together
        if h.meta.name.value not in own
        and same_namespace(h.meta.namespace, workload.meta.namespace)
        and held.askers[unit, need.kind, h.meta.name.value] >= SEVERAL
    ]
    return shared[0] if len(shared) == 1 else None


def _as_others_ask(held: Holders, workload: Workload, need: Need) -> Needed:
    """A need of what is made elsewhere: a slip of the hand makes its name of the one that others ask for again and again."""
    name = need.name.value
    like = [
        n
        for n in held.names_asked[need.kind].near(name)
        if _is_typed(name, n) and (need.kind, n) not in held.by_name
    ]
    if len(like) != 1 or held.asked[need.kind, name] > 1:
        return _needed(workload, need, Verdict.EXTERNAL)
    other = held.first[need.kind, like[0]]
    near = Candidate(other.name.anchor, f"others ask for {need.kind} `{like[0]}`", like[0], certain=True)
    found = _needed(workload, need, Verdict.NEAR_MISS, (near,))
    return replace(found, assumption="it is the one that others ask for")


def _meaning(held: Holders, workload: Workload, need: Need, variants: Sequence[Holder]) -> Needed:
    """A need that means an object, or the variant of it in its own file."""
    holder = _own_first(workload, variants)[0]
    name = holder.meta.name
    why = "is asked for by nobody" if held.is_idle(holder) else "has a similar name"
    near = Candidate(name.anchor, f"{need.kind} `{name}` {why}", name.value, certain=True)
    return _needed(workload, need, Verdict.NEAR_MISS, (near,))


def _may_have(found: Sequence[Holder], key: str) -> bool:
    """Whether templates of the objects have a key with other values."""
    return any(may_have(h.meta.anchor, key) for h in found)


def _is_typed(wanted: str, name: str) -> bool:
    """Whether a name is another with a letter lost, doubled or in another's place; one that has another letter may be a sibling."""
    return min(len(wanted), len(name)) >= _LONG and is_typed(wanted, name)


_LONG = 7


def _own_first(workload: Workload, found: Sequence[Holder]) -> Sequence[Holder]:
    """The objects of a workload's own file, if any is."""
    return [h for h in found if h.meta.anchor.source is workload.anchor.source] or found


def _has(holder: Holder, need: Need) -> bool:
    """Whether an object has the key that is asked for."""
    return need.key is None or need.key.value in holder.keys


_FILLED_IN = re.compile(r"[$<{%]|\AENC\[")
"""What stands in keys that are still to be filled in; they may well be in capitals."""


def _keys(wanted: str, holder: Holder) -> tuple[Candidate, ...]:
    """The key that was meant."""
    like = near_names(wanted, holder.keys)
    return tuple(
        Candidate(holder.keys[key], f"has key `{key}`", key, certain=sole(wanted, like)) for key in like[:1]
    )


def _needed(
    workload: Workload,
    need: Need,
    verdict: Verdict,
    near: Sequence[Candidate] = (),
    holder: Holder | None = None,
) -> Needed:
    written = need.key if holder is not None and need.key is not None else need.name
    return Needed(
        wanted=written.value,
        anchor=written.anchor,
        owner=workload,
        verdict=verdict,
        near=tuple(near),
        need=need,
        holder=holder,
    )
