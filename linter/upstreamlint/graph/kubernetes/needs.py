"""ConfigMaps and Secrets that pods cannot start without: the keys of those that the files define."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from upstreamlint.graph.evidence import Names, Verdict, is_misspelt, is_placeholder, near_names, sole
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.makers import row_of
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Other, Workload
from upstreamlint.model.kubernetes.config import Secret
from upstreamlint.model.kubernetes.nearest import ambiguous, same_namespace
from upstreamlint.model.kubernetes.needs import CONFIG_MAP, SECRET, Need
from upstreamlint.values import entity

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
        if not workload.meta.patched:
            for need in workload.template.needs:
                yield holders.judged(workload, need)


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
        asked = {(need.kind, need.name.value) for w in index.of(Workload) for need in w.template.needs}
        self._idle = {
            kind: Names(name for of, name in self._by_name if of == kind and (of, name) not in asked)
            for kind in (CONFIG_MAP, SECRET)
        }

    def judged(self, workload: Workload, need: Need) -> Needed:
        """What a need comes to. An object that a controller or a person may fill is not known by what a file says."""
        name = need.name.value
        found = [
            holder
            for holder in self._by_name.get((need.kind, name), ())
            if same_namespace(holder.meta.namespace, workload.meta.namespace)
        ]
        if is_placeholder(name) or name in self._made or self._completed(name):
            return _needed(workload, need, Verdict.UNKNOWN)
        if not found:
            return self._missing(workload, need)
        key = need.key.value if need.key is not None else ""
        if not key or any(key in holder.keys for holder in found):
            return _needed(workload, need, Verdict.FOUND)
        unknown = any(not h.keys or h.meta.patched for h in found) or ambiguous(found, workload.meta.folder)
        if unknown or any(_FILLED_IN.search(k) for k in (key, *(k for h in found for k in h.keys))):
            return _needed(workload, need, Verdict.UNKNOWN)
        return _needed(workload, need, Verdict.CONFLICT, _keys(key, found[0]), found[0])

    def _completed(self, name: str) -> bool:
        """Whether an operator may fill it: what one keeps for an object begins with the object's name (`hippo-pguser-app`)."""
        words = name.split("-")
        return any("-".join(words[:count]) in self._operated for count in range(1, len(words)))

    def _missing(self, workload: Workload, need: Need) -> Needed:
        """An object that no file defines lives elsewhere, unless one is called nearly so that nobody asks for."""
        name, ladder = need.name.value, self._index.ladder
        meant = [
            holder
            for other in self._idle[need.kind].near(name)
            for holder in self._by_name[need.kind, other]
            if is_misspelt(name, other)
            and holder.meta.folder == workload.meta.folder
            and same_namespace(holder.meta.namespace, workload.meta.namespace)
        ]
        if name in ladder.elsewhere or ladder.declared_external((name,)) or len(meant) != 1:
            return _needed(workload, need, Verdict.EXTERNAL)
        other = meant[0].meta.name
        near = Candidate(
            other.anchor, f"{need.kind} `{other}` is asked for by nobody", other.value, certain=True
        )
        return _needed(workload, need, Verdict.NEAR_MISS, (near,))


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
