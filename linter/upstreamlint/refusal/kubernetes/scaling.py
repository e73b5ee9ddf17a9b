"""HorizontalPodAutoscalers and PodDisruptionBudgets (`pkg/apis/autoscaling` and `pkg/apis/policy`, `validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.numerals import decimal
from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.metadata import named, selectors
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required

_SOURCES = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_WHOLE = 100


def autoscaler(root: At) -> Iterator[Refusal]:
    """What is refused of a HorizontalPodAutoscaler."""
    yield from named(root)
    spec = root.get("spec")
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    if least.number is not None and least.number < 0:
        yield invalid(least, "must be greater than or equal to 1")
    if least.number is not None and most.number is not None and most.number < least.number:
        yield invalid(most, "must be greater than or equal to `minReplicas`")
    for metric in spec.items("metrics"):
        wanted = _SOURCES.get(metric.get("type").text)
        if wanted is None:
            continue
        if not metric.get(wanted).given:
            yield required(metric.get(wanted), "must populate information for the given metric source")
        for other in _SOURCES.values():
            if other != wanted and metric.get(other).given:
                yield forbidden(metric.get(other), "must populate the given metric source only")


def disruption_budget(root: At) -> Iterator[Refusal]:
    """What is refused of a PodDisruptionBudget."""
    spec = root.get("spec")
    yield from selectors(spec.get("selector"))
    for field in ("minAvailable", "maxUnavailable"):
        share = spec.get(field)
        if share.text.endswith("%") and (decimal(share.text[:-1]) or 0) > _WHOLE:
            yield invalid(share, "must not be greater than 100%")
