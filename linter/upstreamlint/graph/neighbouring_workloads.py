"""The workloads of all scopes of a run: what selects or scales none of its own may be deployed beside the one that is meant.

A policy lies beside a kustomization that does not list it, an autoscaler in another one; the labels or the name that it asks for
are, but for a slip of the hand, those of a workload near it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from upstreamlint.files.readable import is_beside, parent
from upstreamlint.graph.likeness import Names, is_typed
from upstreamlint.model.kubernetes import Meta, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.source import Anchor

_MOST = 200
"""A label that more workloads carry is not looked through."""
_SHORTEST = 4


class NeighbouringWorkloads:
    """The workloads that any scope has, by their labels and names."""

    def __init__(self, scopes: Iterable[Sequence[object]]) -> None:
        self._scopes = tuple(scopes)

    def carrying(self, labels: Mapping[str, str], namespace: str, folder: str) -> tuple[Workload, str] | None:
        """The one workload near a folder that has all of some labels but for a slip in one of them, and its key."""
        found: dict[tuple[str, str], Workload] = {}
        for key, value in labels.items():
            others = {k: v for k, v in labels.items() if k != key}
            for own in self._near(key, value):
                for workload in self._by_label[key, own][:_MOST]:
                    fits = others.items() <= workload.template.values.items()
                    if fits and may_meet(workload.meta, workload.anchor, namespace, folder):
                        found[key, own] = workload
        if len(found) != 1:
            return None
        (((key, _), workload),) = found.items()
        return workload, key

    def named(self, name: str, kind: str, namespace: str, folder: str) -> Workload | None:
        """The one workload of a kind near a folder whose name a slip of the hand makes of a name."""
        near = [n for n in self._names.near(name) if len(name) >= _SHORTEST and is_typed(name, n)]
        found = {
            workload.meta.name.value: workload
            for n in near
            for workload in self._by_name[n][:_MOST]
            if workload.meta.kind == kind and may_meet(workload.meta, workload.anchor, namespace, folder)
        }
        return next(iter(found.values())) if len(found) == 1 else None

    def _near(self, key: str, value: str) -> list[str]:
        if len(value) < _SHORTEST or key not in self._values:
            return []
        return [own for own in self._values[key].near(value) if is_typed(value, own)]

    def _workloads(self) -> Iterator[Workload]:
        every = (r for scope in self._scopes for r in scope if isinstance(r, Workload))
        return (workload for workload in every if not workload.meta.patched)

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Workload]]:
        found: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in self._workloads():
            for pair in workload.template.values.items():
                found[pair].append(workload)
        return found

    @cached_property
    def _values(self) -> dict[str, Names]:
        values: dict[str, list[str]] = defaultdict(list)
        for key, value in self._by_label:
            values[key].append(value)
        return {key: Names(own) for key, own in values.items()}

    @cached_property
    def _by_name(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = defaultdict(list)
        for workload in self._workloads():
            found[workload.meta.name.value].append(workload)
        return found

    @cached_property
    def _names(self) -> Names:
        return Names(self._by_name)


def may_meet(meta: Meta, anchor: Anchor, namespace: str, folder: str) -> bool:
    """Whether an object may be deployed into a namespace together with what is in a folder."""
    # What is rendered lies in the folder of its scope; its file may be nearer.
    folders = (meta.folder, parent(anchor.source.path))
    near = any(
        is_beside(own, folder) or is_beside(parent(own), folder) or is_beside(own, parent(folder))
        for own in folders
    )
    # Who writes down one namespace for both deploys them together, wherever they lie.
    named = meta.namespace == namespace not in ("", "default")
    return named or (near and same_namespace(meta.namespace, namespace))
