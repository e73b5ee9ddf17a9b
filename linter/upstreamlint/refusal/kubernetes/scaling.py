"""HorizontalPodAutoscalers and PodDisruptionBudgets (`pkg/apis/autoscaling` and `pkg/apis/policy`, `validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.metadata import not_above_all, selectors
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required

_SOURCES = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_AVERAGE = "averageValue"


def autoscaler(root: At) -> Iterator[Refusal]:
    """What is refused of a HorizontalPodAutoscaler."""
    spec = root.get("spec")
    least, most = spec.get("minReplicas"), spec.get("maxReplicas")
    kinds = {metric.get("type").text for metric in spec.items("metrics")}
    if least.number == 0 and kinds.isdisjoint(("Object", "External", "")) and not spec.get("metrics").unsure:
        said = "must specify at least one Object or External metric to support scaling to zero replicas"
        yield Refusal("spec.metrics", f"Forbidden: {said}", least.anchor)
    if least.number is not None and most.number is not None and most.number < least.number:
        yield invalid(most, "must be greater than or equal to `minReplicas`")
    yield from _target_kind(spec.get("scaleTargetRef"))
    for metric in spec.items("metrics"):
        wanted = _SOURCES.get(metric.get("type").text)
        if wanted is None:
            continue
        if not metric.get(wanted).given:
            yield required(metric.get(wanted), "must populate information for the given metric source")
        for other in _SOURCES.values():
            if other != wanted and metric.get(other).given:
                yield forbidden(metric.get(other), "must populate the given metric source only")
        yield from _target(metric.get(wanted), wanted)
    for direction in ("scaleUp", "scaleDown"):
        rules = spec.get("behavior").get(direction)
        if rules.get("policies").given and rules.get("policies").empty:
            yield required(rules.get("policies"), "must specify at least one Policy")


def _target_kind(target: At) -> Iterator[Refusal]:
    """What is refused of the API of what is scaled, which only in the core group is none."""
    api = target.get("apiVersion")
    if (
        not target.given
        or target.unsure
        or api.unsure
        or target.get("kind").text in ("", "ReplicationController")
    ):
        return
    group, slash, version = api.text.partition("/")
    said = "apiVersion must specify API group" if not slash else ""
    if "/" in version:
        said = f"unexpected GroupVersion string: {api.text}"
    if said:
        wants = "`apps/v1` has Deployments and StatefulSets" if not group or group == "v1" else ""
        yield Refusal(api.path, f'Invalid value: "{api.text}": {said}', api.anchor, wants, since="1.34")


def _target(source: At, kind: str) -> Iterator[Refusal]:
    """What is refused of the value that a metric is to have."""
    target = source.get("target")
    if not target.given or target.unsure:
        return
    average, share, value = target.get(_AVERAGE), target.get("averageUtilization"), target.get("value")
    if kind in ("resource", "containerResource"):
        if not average.given and not share.given:
            yield required(share, "must set either a target raw value or a target utilization")
        elif average.given and share.given:
            yield forbidden(average, "may not set both a target raw value and a target utilization")
    elif kind == "pods" and not average.given:
        yield required(average, "must specify a positive target averageValue")
    elif not value.given and not average.given:
        words = "value or averageValue" if kind == "object" else "value for metric or a per-pod target"
        yield required(average, f"must set either a target {words}")
    elif kind == "external" and value.given and average.given:
        yield forbidden(value, "may not set both a target value for metric and a per-pod target")


def disruption_budget(root: At) -> Iterator[Refusal]:
    """What is refused of a PodDisruptionBudget."""
    spec = root.get("spec")
    yield from selectors(spec.get("selector"))
    for field in ("minAvailable", "maxUnavailable"):
        yield from not_above_all(spec.get(field))
