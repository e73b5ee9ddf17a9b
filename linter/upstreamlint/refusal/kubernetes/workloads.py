"""What makes pods: selectors, strategies, restart policies (`pkg/apis/apps` and `pkg/apis/batch`, `validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.kubernetes.metadata import not_above_all, selectors
from upstreamlint.refusal.kubernetes.pods import pod, template
from upstreamlint.refusal.kubernetes.schedules import problem
from upstreamlint.refusal.kubernetes.zones import zone
from upstreamlint.refusal.refused import Refusal, forbidden, invalid, required, unsupported


def single(root: At) -> Iterator[Refusal]:
    """What is refused of a Pod."""
    yield from pod(root.get("spec"))
    for field in ("containers", "initContainers"):
        for container in root.get("spec").items(field):
            image = container.get("image")
            if image.text != image.text.strip():
                yield invalid(image, "must not have leading or trailing whitespace")


def workload(root: At) -> Iterator[Refusal]:
    """What is refused of a Deployment, ReplicaSet, StatefulSet or DaemonSet."""
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
    claims = frozenset(c.get("metadata").get("name").text for c in spec.items("volumeClaimTemplates"))
    yield from running(spec, kind, claims)
    if kind in _STRATEGIES:
        yield from _STRATEGIES[kind](spec)


def running(spec: At, kind: str, claims: frozenset[str] = frozenset()) -> Iterator[Refusal]:
    """What is refused of the template of pods that run for ever."""
    yield from template(spec.get("template"))
    yield from pod(spec.get("template").get("spec"), claims)
    yield from _always(spec.get("template").get("spec"), kind)


def _always(pods: At, kind: str) -> Iterator[Refusal]:
    policy = pods.get("restartPolicy")
    if policy.text and policy.text != "Always":
        yield unsupported(policy, ["Always"])
    deadline = pods.get("activeDeadlineSeconds")
    if deadline.given and not deadline.unsure:
        name = "ReplicaSet" if kind == "Deployment" else kind
        yield forbidden(deadline, f"activeDeadlineSeconds in {name} is not Supported")


def _deployment(spec: At) -> Iterator[Refusal]:
    strategy = spec.get("strategy")
    rolling, name = strategy.get("rollingUpdate"), strategy.get("type")
    if name.text == "Recreate" and rolling.given:
        yield forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'")
    most, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    if _zero(most) and _zero(surge):
        yield invalid(most, "may not be 0 when `maxSurge` is 0")
    yield from not_above_all(most)
    given, waited = spec.get("progressDeadlineSeconds"), spec.get("minReadySeconds")
    deadline = given.number if given.given else _DEADLINE
    if deadline is not None and deadline <= (waited.number or 0):
        text = f"Invalid value: {deadline}: must be greater than minReadySeconds"
        yield Refusal(given.path, text, (given if given.given else waited).anchor)


_DEADLINE = 600
"""The seconds in which a Deployment has to get on unless it says otherwise."""


def _zero(share: At) -> bool:
    return share.number == 0 or (share.given and share.text in ("0%", "00%"))


def _stateful(spec: At) -> Iterator[Refusal]:
    for claim in spec.items("volumeClaimTemplates"):
        resources = claim.get("spec").get("resources")
        storage = resources.get("requests").get("storage")
        if storage.empty and not resources.unsure and not claim.unsure:
            yield Refusal(f"{resources.path}[storage]", "Required value", storage.anchor, lack=True)
    strategy = spec.get("updateStrategy")
    rolling, name = strategy.get("rollingUpdate"), strategy.get("type")
    if rolling.given and name.text in ("OnDelete", "Recreate"):
        said = "Invalid value: \"object\": only allowed for updateStrategy 'RollingUpdate'"
        yield Refusal(rolling.path, said, rolling.key)
    elif _zero(rolling.get("maxUnavailable")):
        yield invalid(rolling.get("maxUnavailable"), "cannot be 0")
    yield from not_above_all(rolling.get("maxUnavailable"))


def _daemon(spec: At) -> Iterator[Refusal]:
    strategy = spec.get("updateStrategy")
    rolling = strategy.get("rollingUpdate")
    most, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    if strategy.get("type").text == "OnDelete" or most.unsure or surge.unsure:
        return
    if surge.given and not _zero(surge) and not _zero(most):
        yield invalid(surge, "may not be set when maxUnavailable is non-zero")
    elif _zero(most) and (_zero(surge) or not surge.given):
        yield Refusal(most.path, "Required value: cannot be 0 when maxSurge is 0", most.anchor)
    yield from not_above_all(most)
    yield from not_above_all(surge)


_STRATEGIES = {"Deployment": _deployment, "StatefulSet": _stateful, "DaemonSet": _daemon}


def replication_controller(root: At) -> Iterator[Refusal]:
    """What is refused of a ReplicationController."""
    yield from running(root.get("spec"), "ReplicationController")


def job(root: At) -> Iterator[Refusal]:
    """What is refused of a Job."""
    spec = root.get("spec")
    yield from _job(spec)
    selector, manual = spec.get("selector"), spec.get("manualSelector")
    # The server fills in one that selects by nothing (`generateSelector`, pkg/registry/batch/job/strategy.go).
    own = not all(selector.get(field).empty for field in ("matchLabels", "matchExpressions"))
    if own and manual.value is not True and not manual.unsure:
        yield Refusal(selector.path, 'Invalid value: "object": `selector` not auto-generated', selector.key)


def cron_job(root: At) -> Iterator[Refusal]:
    """What is refused of a CronJob."""
    spec, name = root.get("spec"), root.get("metadata").get("name")
    schedule = spec.get("schedule")
    said = problem(schedule.text) if schedule.text else None
    if said is not None:
        yield invalid(schedule, said)
    if "TZ" in schedule.text:
        yield invalid(schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
    yield from zone(spec.get("timeZone"))
    if len(name.text) > _LONGEST:
        yield invalid(name, f"must be no more than {_LONGEST} characters")
    made = spec.get("jobTemplate").get("spec")
    yield from _job(made)
    if made.get("selector").given:
        said = 'Invalid value: "object": `selector` will be auto-generated'
        yield Refusal(made.get("selector").path, said, made.get("selector").key)
    if made.get("manualSelector").value is True:
        yield unsupported(made.get("manualSelector"), ["nil", "false"])


_LONGEST = 52
"""The longest name, in characters: a Job's ends with eleven more."""


def _job(spec: At) -> Iterator[Refusal]:
    yield from template(spec.get("template"))
    pods = spec.get("template").get("spec")
    yield from pod(pods)
    policy, failures = pods.get("restartPolicy"), spec.get("podFailurePolicy")
    if not pods.given or policy.unsure:
        return
    if policy.empty or policy.text == "Always":
        yield required(policy, 'valid values: "OnFailure", "Never"')
    elif failures.given and policy.text != "Never":
        yield invalid(policy, 'only "Never" is supported when podFailurePolicy is specified')
    failed, most = spec.get("maxFailedIndexes"), spec.get("completions")
    if failed.given and not spec.get("backoffLimitPerIndex").given:
        yield required(spec.get("backoffLimitPerIndex"), "when maxFailedIndexes is specified")
    if failed.number is not None and most.number is not None and failed.number > most.number:
        yield invalid(failed, "must be less than or equal to completions")
    mode = spec.get("completionMode")
    if mode.text == "Indexed" and not spec.get("completions").given:
        yield required(spec.get("completions"), "when completion mode is Indexed")
    if mode.text != "Indexed" and not mode.unsure:
        for field in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(field).given:
                yield invalid(spec.get(field), "requires indexed completion mode")
