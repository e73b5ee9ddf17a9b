"""What makes pods: selectors, strategies, restart policies (`pkg/apis/apps` and `pkg/apis/batch`, `validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.metadata import named, selectors
from upstreamlint.refusal.kubernetes.pods import pod
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required, unsupported

_ENDING = ("OnFailure", "Never")


def single(root: At) -> Iterator[Refusal]:
    """What is refused of a Pod."""
    yield from named(root)
    yield from pod(root.get("spec"))


def workload(root: At) -> Iterator[Refusal]:
    """What is refused of a Deployment, ReplicaSet, StatefulSet or DaemonSet."""
    yield from named(root)
    spec, kind = root.get("spec"), root.get("kind").text
    selector = spec.get("selector")
    if selector.given and not selector.unsure:
        if selector.get("matchLabels").empty and selector.get("matchExpressions").empty:
            wants = "write the labels under `matchLabels`" if not selector.empty else ""
            yield Refusal(
                selector.path,
                f"Invalid value: {{}}: empty selector is invalid for {kind.lower()}",
                selector.key,
                wants,
            )
        yield from selectors(selector)
    template = spec.get("template").get("spec")
    yield from pod(
        template, frozenset(c.get("metadata").get("name").text for c in spec.items("volumeClaimTemplates"))
    )
    yield from _always(template, kind)
    yield from _strategy(spec, kind)


def _always(template: At, kind: str) -> Iterator[Refusal]:
    policy = template.get("restartPolicy")
    if policy.text and policy.text != "Always":
        yield unsupported(policy, ["Always"])
    deadline = template.get("activeDeadlineSeconds")
    if deadline.given and not deadline.unsure:
        name = "ReplicaSet" if kind == "Deployment" else kind
        yield forbidden(deadline, f"activeDeadlineSeconds in {name} is not Supported")


def _strategy(spec: At, kind: str) -> Iterator[Refusal]:
    if kind != "Deployment":
        return
    strategy = spec.get("strategy")
    rolling, name = strategy.get("rollingUpdate"), strategy.get("type")
    if name.text == "Recreate" and rolling.given:
        yield forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")
    most, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    if _zero(most) and _zero(surge):
        yield invalid(most, "may not be 0 when `maxSurge` is 0")
    deadline, ready = spec.get("progressDeadlineSeconds").number, spec.get("minReadySeconds").number or 0
    if deadline is not None and deadline <= ready:
        yield invalid(spec.get("progressDeadlineSeconds"), "must be greater than minReadySeconds")


def _zero(share: At) -> bool:
    return share.number == 0 or (share.given and share.text in ("0%", "00%"))


def replication_controller(root: At) -> Iterator[Refusal]:
    """What is refused of a ReplicationController."""
    yield from named(root)
    template = root.get("spec").get("template").get("spec")
    yield from pod(template)
    yield from _always(template, "ReplicationController")


def job(root: At) -> Iterator[Refusal]:
    """What is refused of a Job."""
    yield from named(root)
    yield from _job(root.get("spec"))


def cron_job(root: At) -> Iterator[Refusal]:
    """What is refused of a CronJob."""
    yield from named(root)
    spec = root.get("spec")
    schedule = spec.get("schedule")
    fields = schedule.text.split()
    if fields and not fields[0].startswith(("@", "TZ=", "CRON_TZ=")) and len(fields) != _CRON:
        yield invalid(schedule, f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    yield from _job(spec.get("jobTemplate").get("spec"))


_CRON = 5


def _job(spec: At) -> Iterator[Refusal]:
    template = spec.get("template").get("spec")
    yield from pod(template)
    policy = template.get("restartPolicy")
    if not template.given or policy.unsure:
        return
    if policy.empty or policy.text == "Always":
        yield required(policy, 'valid values: "OnFailure", "Never"')
    if spec.get("completionMode").text == "Indexed" and not spec.get("completions").given:
        yield required(spec.get("completions"), "when completion mode is Indexed")
