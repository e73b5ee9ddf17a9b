"""What Argo Rollouts refuses of a Rollout: the API server takes it, its status says `InvalidSpec`, and no pods are made.

Source: argo-rollouts v1.9.2, `pkg/apis/rollouts/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.workloads import running
from upstreamlint.refusal.refused import Refusal, invalid, required
from upstreamlint.values import replace

_PAIRED = ("alb", "smi", "apisix", "ambassador", "nginx", "appMesh", "traefik")
"""Routers between two Services, which both have to be named; Istio's may tell subsets apart instead."""
_PAIR = "Canary service and Stable service must to be set to use Traffic Routing"
_TWO = "This rollout uses the same service for the {} services, but two different services are required."
_KINDS = ("setWeight", "pause", "experiment", "analysis")
_OTHERS = ("setCanaryScale", "setHeaderRoute", "setMirrorRoute", "plugin")
_STEP = "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause"
_TYPES = ("must be of type", "Required value", "unknown field")
_WHOLE = 100


def rollout(root: At) -> Iterator[Refusal]:
    """What is refused of a Rollout."""
    yield from map(_by_argo, _rollout(root.get("spec")))


def judged(refusal: Refusal) -> Refusal:
    """A refusal by Kubernetes' own schema, by who says it: of pods, the definition of a Rollout holds types only."""
    of_pods = refusal.path.startswith("spec.template.")
    return refusal if not of_pods or any(w in refusal.said for w in _TYPES) else _by_argo(refusal)


def _by_argo(refusal: Refusal) -> Refusal:
    return replace(refusal, judge="Argo Rollouts", admitted=True)


def _rollout(spec: At) -> Iterator[Refusal]:
    if not spec.get("workloadRef").given:
        selector = spec.get("selector")
        if not selector.given and not selector.unsure:
            yield required(selector, "Rollout has missing field '.spec.selector'")
        elif selector.get("matchLabels").empty and selector.get("matchExpressions").empty:
            yield invalid(selector, "empty selector is invalid for deployment")
        yield from running(spec, "ReplicaSet")
    strategy = spec.get("strategy")
    canary, blue_green = strategy.get("canary"), strategy.get("blueGreen")
    if strategy.unsure:
        return
    if canary.given and blue_green.given:
        yield invalid(strategy, "Multiple Strategies can not be listed")
    elif canary.given:
        yield from _canary(canary)
    elif blue_green.given:
        active, preview = blue_green.get("activeService"), blue_green.get("previewService")
        if active.text and active.text == preview.text:
            yield invalid(active, _TWO.format("active and preview"))
    else:
        yield required(
            strategy, "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'"
        )


def _canary(canary: At) -> Iterator[Refusal]:
    stable, other, routing = (canary.get(f) for f in ("stableService", "canaryService", "trafficRouting"))
    if stable.text and stable.text == other.text:
        yield invalid(stable, _TWO.format("stable and canary"))
    if _paired(routing, canary.get("pingPong")):
        for service in (stable, other):
            if service.empty and not service.unsure:
                yield replace(invalid(service, _PAIR), lack=True)
    if not routing.given:
        for field in ("scaleDownDelaySeconds", "dynamicStableScale"):
            if canary.get(field).given and canary.get(field).value is not False:
                yield invalid(canary.get(field), f"Canary {field} can only be used with traffic routing")
    for step in canary.items("steps"):
        yield from _step(step, routing)


def _paired(routing: At, ping_pong: At) -> bool:
    """Whether both Services have to be named (`requireCanaryStableServices`)."""
    istio = routing.get("istio")
    subsets = istio.get("destinationRule")
    routers = [r for r in _PAIRED if routing.get(r).given and not (r == "alb" and ping_pong.given)]
    return bool(routers) or (istio.given and not subsets.given and not ping_pong.given)


def _step(step: At, routing: At) -> Iterator[Refusal]:
    there = [field for field in _KINDS if step.get(field).given]
    if step.unsure:
        return
    if len(there) > 1 or not (there or any(step.get(field).given for field in _OTHERS)):
        yield invalid(step, _STEP)
    weight, most = step.get("setWeight"), routing.get("maxTrafficWeight")
    whole = _WHOLE if not most.given else most.number
    if weight.number is not None and whole is not None and not 0 <= weight.number <= whole:
        yield invalid(weight, f"SetWeight needs to be between 0 and {whole}")
    if step.get("setCanaryScale").given and not routing.given:
        yield Refusal(
            routing.path, "Required value: SetCanaryScale requires TrafficRouting to be set", step.anchor
        )
