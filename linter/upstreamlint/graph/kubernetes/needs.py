"""ConfigMaps and Secrets that pods cannot start without: the keys of those that the files define."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.makers import row_of
from upstreamlint.graph.likeness import (
    Names,
    akin,
    is_slip,
    is_typed,
    near_names,
    sole,
    tell_apart,
)
from upstreamlint.graph.references import AMONG_THESE, UNREAD, Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Meta, Other, Workload
from upstreamlint.model.kubernetes.config import Secret
from upstreamlint.model.kubernetes.nearest import ambiguous, same_namespace
from upstreamlint.model.kubernetes.needs import CONFIG_MAP, SECRET, Need
from upstreamlint.releases.unnamed import fitting
from upstreamlint.values import entity, replace

Holder = ConfigMap | Secret


@entity(kw_only=True)
class Needed(Reference):
    """A ConfigMap, a Secret or a key of one that pods ask for; `holder` is the object, where the key is what is missing."""

    owner: Workload
    need: Need
    holder: Holder | None = None


def link(index: Index) -> Iterator[Needed]:
    """Everything that the pods of every workload ask for."""
    holders = _Holders(index)
    for workload in index.of(Workload):
        for need in workload.template.needs:
            found = holders.judged(workload, need)
            if not workload.meta.patched:
                yield found
            elif found.broken and found.near and is_slip(found.wanted, found.near[0].instead):
                yield replace(found, assumption=found.assumption or UNREAD)


class _Holders:
    """The ConfigMaps and Secrets of a run by kind and name, and the names that pods ask for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_name: dict[tuple[str, str], list[Holder]] = defaultdict(list)
        holders: tuple[Holder, ...] = (*index.of(ConfigMap), *index.of(Secret))
        for holder in holders:
            self._by_name[holder.meta.kind, holder.meta.name.value].append(holder)
        self._made = {other.meta.name.value for other in index.of(Other)}
        self._operated = {
            other.meta.name.value
            for other in index.of(Other)
            if (row := row_of(other.meta.group, other.meta.kind)) is None or row.pods
        }
        self._others = {
            other.meta.anchor.source.path: other.meta.anchor.source.text for other in index.of(Other)
        }
        self._named: dict[str, bool] = {}
        self._asked = Counter(
            (need.kind, need.name.value) for w in index.of(Workload) for need in w.template.needs
        )
        self._first: dict[tuple[str, str], Need] = {}
        for need in (need for w in index.of(Workload) for need in w.template.needs):
            self._first.setdefault((need.kind, need.name.value), need)
        self._names_asked = {
            kind: Names(n for (of, n), count in self._asked.items() if of == kind and count >= _SEVERAL)
            for kind in (CONFIG_MAP, SECRET)
        }
        self._alike = {
            kind: Names(n for of, n in self._by_name if of == kind) for kind in (CONFIG_MAP, SECRET)
        }
        self._together = grouped(holders, lambda h: (h.meta.kind, self._unit(h.meta)))
        self._askers = Counter(
            (self._unit(w.meta), kind, name)
            for w in index.of(Workload)
            for kind, name in {
                (n.kind, n.name.value) for n in w.template.needs if n.key is None and not n.mounted
            }
        )
        self._lost: dict[tuple[str, str], set[str]] = defaultdict(set)
        for workload in index.of(Workload):
            for need in workload.template.needs:
                if (need.kind, need.name.value) not in self._by_name:
                    self._lost[need.kind, self._unit(workload.meta)].add(need.name.value)

    def _unit(self, meta: Meta) -> str:
        """What an object is surely deployed with: all of the scope, or its file."""
        return "" if self._index.ladder.whole else meta.anchor.source.path

    def judged(self, workload: Workload, need: Need) -> Needed:
        """What a need comes to. An object that a controller or a person may fill is not known by what a file says."""
        name = need.name.value
        found = [
            holder
            for holder in self._by_name.get((need.kind, name), ())
            if same_namespace(holder.meta.namespace, workload.meta.namespace)
        ]
        if is_placeholder(name) or name in self._made:
            return _needed(workload, need, Verdict.UNKNOWN)
        completed = self._completed(name)
        if not found:
            missing = self._missing(workload, need)
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
        given = completed and not typed
        ladder = self._index.ladder
        apart = need.kind == SECRET or not ladder.is_closed(workload.meta.folder)
        given |= apart and bool(ladder.unnamed) and not near
        verdict = Verdict.UNKNOWN if given else Verdict.CONFLICT
        return _needed(workload, need, verdict, near, found[0])

    def _completed(self, name: str) -> bool:
        """Whether an operator may fill it: what one keeps for an object begins with the object's name (`hippo-pguser-app`)."""
        words = name.split("-")
        return any("-".join(words[:count]) in self._operated for count in range(1, len(words)))

    def _missing(self, workload: Workload, need: Need) -> Needed:
        """An object that no file defines lives elsewhere, unless it must mean one that is beside whoever asks."""
        name, ladder = need.name.value, self._index.ladder
        if ladder.declared_external((name,)):
            return _needed(workload, need, Verdict.EXTERNAL)
        beside = list(self._beside(workload, need))
        slips = _own_first(workload, [h for h in beside if is_slip(name, h.meta.name.value)])
        meant = [h for h in slips if self._is_idle(h)]
        if name in ladder.elsewhere and not (ladder.whole and meant):
            return _needed(workload, need, Verdict.EXTERNAL)
        meant = meant or [h for h in slips if _has(h, need)]
        if len({h.meta.name.value for h in meant}) == 1:
            return self._meaning(workload, need, meant)
        # More than a slip may be another thing that is made elsewhere: what nobody else can mean tells, or the key.
        having = [h for h in beside if _has(h, need) and (need.key is not None or self._is_idle(h))]
        alike = [
            h for h in having if akin(name, [h.meta.name.value]) and not tell_apart(name, h.meta.name.value)
        ]
        only = [h for h in having if self._is_only(h, workload, name)]
        # Secrets are made by hand, and by whom not: without the key that is asked for, one that is left proves nothing.
        likely = alike or (only if need.kind == CONFIG_MAP or need.key is not None else [])
        names = {h.meta.name.value for h in likely}
        # With another name of the release the chart may make what is asked for.
        released = bool(fitting(name, names, ladder.unnamed)) if ladder.unnamed else False
        if slips or released or self._named_by_others(name):
            return _needed(workload, need, Verdict.EXTERNAL)
        if not names:
            shared = self._shared(workload, need)
            if shared is None:
                return self._as_others_ask(workload, need)
            return replace(self._meaning(workload, need, [shared]), assumption=AMONG_THESE)
        if len(names) != 1:
            return _needed(workload, need, Verdict.EXTERNAL)
        return replace(self._meaning(workload, need, likely), assumption=AMONG_THESE)

    def _shared(self, workload: Workload, need: Need) -> Holder | None:
        """The only object that this may mean, when a single name is missing: the others share it, or it alone has the key."""
        unit = self._unit(workload.meta)
        # What is mounted is made by others more often: certificates, tokens.
        if need.mounted or self._lost[need.kind, unit] != {need.name.value}:
            return None
        own = {n.name.value for n in workload.template.needs if n.kind == need.kind}
        together = self._together[need.kind, unit]
        if need.key is not None:
            having = [h for h in together if need.key.value in h.keys]
            return (
                having[0] if len(having) == 1 and self._asked[need.kind, having[0].meta.name.value] else None
            )
        shared = [
            h
            for h in together
            if h.meta.name.value not in own
            and same_namespace(h.meta.namespace, workload.meta.namespace)
            and self._askers[unit, need.kind, h.meta.name.value] >= _SEVERAL
        ]
        return shared[0] if len(shared) == 1 else None

    def _as_others_ask(self, workload: Workload, need: Need) -> Needed:
        """A need of what is made elsewhere: a slip of the hand makes its name of the one that others ask for again and again."""
        name = need.name.value
        like = [
            n
            for n in self._names_asked[need.kind].near(name)
            if _is_typed(name, n) and (need.kind, n) not in self._by_name
        ]
        if len(like) != 1 or self._asked[need.kind, name] > 1:
            return _needed(workload, need, Verdict.EXTERNAL)
        other = self._first[need.kind, like[0]]
        near = Candidate(other.name.anchor, f"others ask for {need.kind} `{like[0]}`", like[0], certain=True)
        found = _needed(workload, need, Verdict.NEAR_MISS, (near,))
        return replace(found, assumption="it is the one that others ask for")

    def _meaning(self, workload: Workload, need: Need, variants: Sequence[Holder]) -> Needed:
        """A need that means an object, or the variant of it in its own file."""
        holder = _own_first(workload, variants)[0]
        name = holder.meta.name
        why = "is asked for by nobody" if self._is_idle(holder) else "has a similar name"
        near = Candidate(name.anchor, f"{need.kind} `{name}` {why}", name.value, certain=True)
        return _needed(workload, need, Verdict.NEAR_MISS, (near,))

    def _beside(self, workload: Workload, need: Need) -> Iterator[Holder]:
        """The objects that whoever asks may mean: of its folder, or what is deployed with it, and its namespace."""
        names = self._alike[need.kind].near(need.name.value)
        own = self._together[need.kind, self._unit(workload.meta)]
        found = {id(h): h for name in names for h in self._by_name[need.kind, name]}
        found |= {id(h): h for h in own if len(own) <= _POOL}
        for holder in found.values():
            together = self._index.ladder.whole or holder.meta.folder == workload.meta.folder
            if together and same_namespace(holder.meta.namespace, workload.meta.namespace):
                yield holder

    def _named_by_others(self, name: str) -> bool:
        """Whether a file with objects of kinds that nobody models names what is missing: a Certificate makes its Secret."""
        if name not in self._named:
            self._named[name] = any(name in text for text in self._others.values())
        return self._named[name]

    def _is_idle(self, holder: Holder) -> bool:
        """Whether no pod asks for an object."""
        return (holder.meta.kind, holder.meta.name.value) not in self._asked

    def _is_only(self, holder: Holder, workload: Workload, wanted: str) -> bool:
        """Whether an object is the only idle one, a name the only one that is missing, and no file of the two names the object otherwise."""
        unit = (holder.meta.kind, self._unit(workload.meta))
        idle = [h for h in self._together[unit] if self._is_idle(h)]
        if idle != [holder] or len(self._lost[unit]) != 1:
            return False
        texts = {s.path: s.text for s in (workload.anchor.source, holder.meta.anchor.source)}
        return sum(t.replace(wanted, "").count(holder.meta.name.value) for t in texts.values()) == 1


def _is_typed(wanted: str, name: str) -> bool:
    """Whether a name is another with a letter lost, doubled or in another's place; one that has another letter may be a sibling."""
    return min(len(wanted), len(name)) >= _LONG and is_typed(wanted, name)


_SEVERAL = 2
_LONG = 7
_POOL = 200
"""What is deployed with more objects is not held against each of them: the cost would grow with the square."""


def _own_first(workload: Workload, found: Sequence[Holder]) -> Sequence[Holder]:
    """The objects of a workload's own file, if any is."""
    return [h for h in found if h.meta.anchor.source is workload.anchor.source] or found


def _has(holder: Holder, need: Need) -> bool:
    """Whether an object has the key that is asked for."""
    return need.key is None or need.key.value in holder.keys


_FILLED_IN = re.compile(r"[$<{%]")
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
