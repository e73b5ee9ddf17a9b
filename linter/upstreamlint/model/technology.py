"""Which technology a resource is of, so that what a tree does not use is never imported."""

from __future__ import annotations

from collections.abc import Iterable

from upstreamlint.model.kubernetes import Labels, Namespace, Workload

_PACKAGES = ("upstreamlint.model.", "upstreamlint.programs.")
_INJECT = "sidecar.istio.io/inject"


def technology(kind: type) -> str:
    """The package or module of the models or programs that a type is from; empty for types of others."""
    module = kind.__module__
    for package in _PACKAGES:
        if module.startswith(package):
            return module[len(package) :].partition(".")[0]
    return ""


def technologies(
    kinds: Iterable[type], namespaces: Iterable[Namespace], workloads: Iterable[Workload]
) -> frozenset[str]:
    """The technologies of a run; pods that get a sidecar are of Istio, whatever its own kinds say."""
    found = {technology(kind) for kind in kinds} - {""}
    if any(_meshed(n.meta.labels) for n in namespaces) or any(_injected(w) for w in workloads):
        found.add("istio")
    return frozenset(found)


def _meshed(labels: Labels | None) -> bool:
    return labels is not None and ("istio-injection" in labels.entries or "istio.io/rev" in labels.entries)


def _injected(workload: Workload) -> bool:
    holders = (workload.template.labels, workload.template.annotations)
    return any(holder is not None and _INJECT in holder.entries for holder in holders)
