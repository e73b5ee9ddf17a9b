"""The ConfigMaps and Secrets of a run, and which of them pods ask for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.controllers.makers import row_of
from upstreamlint.graph.likeness import (
    Names,
)
from upstreamlint.model.kubernetes import ConfigMap, Meta, Other, Service, Workload
from upstreamlint.model.kubernetes.config import Secret
from upstreamlint.model.kubernetes.issuer import Certificate
from upstreamlint.model.kubernetes.meta import KubernetesObject
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.model.kubernetes.needs import CONFIG_MAP, SECRET, Need
from upstreamlint.releases.unnamed import RELEASE

Holder = ConfigMap | Secret


class Holders:
    """The ConfigMaps and Secrets of a run by kind and name, and the names that pods ask for."""

    def __init__(self, index: Index) -> None:
        self.ladder = index.ladder
        self.by_name: dict[tuple[str, str], list[Holder]] = defaultdict(list)
        holders: tuple[Holder, ...] = (*index.of(ConfigMap), *index.of(Secret))
        for holder in holders:
            self.by_name[holder.meta.kind, holder.meta.name.value].append(holder)
        others: tuple[KubernetesObject, ...] = (*index.of(Other), *index.of(Certificate))
        self.made = {other.meta.name.value for other in others}
        self.promises = [
            (other, other.secret)
            for other in others
            if isinstance(other, Other | Certificate) and other.secret is not None
        ]
        self._operated = {
            other.meta.name.value
            for other in index.of(Other)
            if (row := row_of(other.meta.group, other.meta.kind)) is None or row.pods
        }
        self._others = {other.meta.anchor.source.path: other.meta.anchor.source.text for other in others}
        self._promised = set(_promised(index))
        self._named: dict[str, bool] = {}
        self._writing = [script for script in index.at_run_time.scripts if _WRITES.search(script)]
        self.asked = Counter(
            (need.kind, need.name.value) for w in index.of(Workload) for need in w.template.needs
        )
        self.first: dict[tuple[str, str], Need] = {}
        for need in (need for w in index.of(Workload) for need in w.template.needs):
            self.first.setdefault((need.kind, need.name.value), need)
        self.names_asked = {
            kind: Names(n for (of, n), count in self.asked.items() if of == kind and count >= SEVERAL)
            for kind in (CONFIG_MAP, SECRET)
        }
        self._alike = {
            kind: Names(n for of, n in self.by_name if of == kind) for kind in (CONFIG_MAP, SECRET)
        }
        self.together = grouped(holders, lambda h: (h.meta.kind, self.unit(h.meta)))
        self.askers = Counter(
            (self.unit(w.meta), kind, name)
            for w in index.of(Workload)
            for kind, name in {
                (n.kind, n.name.value) for n in w.template.needs if n.key is None and not n.mounted
            }
        )
        self.lost: dict[tuple[str, str], set[str]] = defaultdict(set)
        for workload in index.of(Workload):
            for need in workload.template.needs:
                if (need.kind, need.name.value) not in self.by_name:
                    self.lost[need.kind, self.unit(workload.meta)].add(need.name.value)

    def unit(self, meta: Meta) -> str:
        """What an object is surely deployed with: all of the scope, or its file."""
        return "" if self.ladder.whole else meta.anchor.source.path

    def beside(self, workload: Workload, need: Need) -> Iterator[Holder]:
        """The objects that whoever asks may mean: of its folder, or what is deployed with it, and its namespace."""
        names = self._alike[need.kind].near(need.name.value)
        own = self.together[need.kind, self.unit(workload.meta)]
        found = {id(h): h for name in names for h in self.by_name[need.kind, name]}
        found |= {id(h): h for h in own if len(own) <= _POOL}
        for holder in found.values():
            together = self.ladder.whole or holder.meta.folder == workload.meta.folder
            if together and same_namespace(holder.meta.namespace, workload.meta.namespace):
                yield holder

    def named_by_others(self, name: str) -> bool:
        """Whether a file with objects of kinds that nobody models names what is missing, or it is promised: a Certificate makes its Secret."""
        if name not in self._named:
            self._named[name] = name in self._promised or any(name in text for text in self._others.values())
        return self._named[name]

    def is_idle(self, holder: Holder) -> bool:
        """Whether no pod asks for an object."""
        return (holder.meta.kind, holder.meta.name.value) not in self.asked

    def is_only(self, holder: Holder, workload: Workload, wanted: str) -> bool:
        """Whether an object is the only idle one, a name the only one that is missing, and no file of the two names the object otherwise."""
        unit = (holder.meta.kind, self.unit(workload.meta))
        idle = [h for h in self.together[unit] if self.is_idle(h)]
        if idle != [holder] or len(self.lost[unit]) != 1:
            return False
        texts = {s.path: s.text for s in (workload.anchor.source, holder.meta.anchor.source)}
        return sum(t.replace(wanted, "").count(holder.meta.name.value) for t in texts.values()) == 1

    def would_make(self, workload: Workload, need: Need) -> bool:
        """Whether a ConfigMap bears the release's own name, so that its chart alone would make it, and is known to make no more of them.

        Secrets are made by hand, by jobs and by controllers, too, under names that the chart gives.
        """
        name = need.name.value
        known = bool(self.ladder.unnamed) and RELEASE in name and need.kind == CONFIG_MAP
        if not known or name in self._promised or not self.ladder.is_closed(workload.meta.folder):
            return False
        return need.kind not in self.ladder.switched_off.kinds

    def written_by_script(self, name: str, key: str) -> bool:
        """Whether a script of these files writes a key into an object; the object's name may be put together there."""
        said = re.compile(rf"{re.escape(name)}|\b{re.escape(key)}\b")
        return any(said.search(script) for script in self._writing)

    def completed(self, name: str) -> bool:
        """Whether an operator may fill it: what one keeps for an object begins with the object's name (`hippo-pguser-app`)."""
        words = name.split("-")
        return any("-".join(words[:count]) in self._operated for count in range(1, len(words)))


def _promised(index: Index) -> Iterator[str]:
    """The Secrets that OpenShift makes for annotations of Services (OpenShift docs: service serving certificates)."""
    for service in index.of(Service):
        for kind in ("alpha", "beta"):
            yield service.meta.annotation(f"service.{kind}.openshift.io/serving-cert-secret-name") or ""


_WRITES = patterns.compile(
    r"kubectl(?:[ ]{1,8}[^\n ]{1,200}){0,20}[ ]{1,8}(?:patch|create|apply|replace)[ ]{1,8}"
    r"(?:[^\n ]{1,200}[ ]{1,8}){0,20}(?:secrets?|configmaps?|cm|-f)[ /]"
)
SEVERAL = 2
_POOL = 200
"""What is deployed with more objects is not held against each of them: the cost would grow with the square."""
