"""The annotations that Knative Serving reads (`pkg/apis/autoscaling/annotation_validation.go`, `revision_validation.go`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.documents import Scalar
from upstreamlint.numerals import decimal, real
from upstreamlint.refusal.at import At
from upstreamlint.refusal.cel import ConversionError, seconds
from upstreamlint.refusal.quantities import quantity
from upstreamlint.refusal.refused import Refusal

_SCALING = "autoscaling.knative.dev"
_SERVING = "serving.knative.dev"
_KPA, _HPA = f"kpa.{_SCALING}", f"hpa.{_SCALING}"
_METRICS = ("concurrency", "rps")
_ALGORITHMS = ("linear", "weighted-exponential", "weightedExponential")
_HIGHEST = 2**31 - 1
_HOUR = 3600
_LEAST_WINDOW = 6
_LEAST_TARGET = 0.01
_LEAST_ACTIVATION = 2
_SHARES = {
    ("panic-window-percentage", "panicWindowPercentage"): (1, 100),
    ("panic-threshold-percentage", "panicThresholdPercentage"): (110, 1000),
    ("target-utilization-percentage",): (1, 100),
}
"""Annotations of autoscaling that are shares, with the least and the most of each."""
_QUEUE = tuple(
    f"queue.sidecar.{_SERVING}/{resource}-resource-{kind}"
    for resource in ("cpu", "memory", "ephemeral-storage")
    for kind in ("request", "limit")
)
_whole = patterns.compile(r"[-+]?[0-9]{1,18}").fullmatch
_number = patterns.compile(
    r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
).fullmatch
_strange = patterns.compile(r"(?i)[-+]?(?:inf|infinity|nan|0x[0-9a-f_.p+-]+)").fullmatch
"""What Go reads as a number, and nobody writes."""


def misplaced(noted: At) -> Iterator[Refusal]:
    """Annotations of autoscaling on an object whose revisions they are for."""
    for key, _ in noted.entries():
        if key.value.startswith(_SCALING):
            detail = 'autoscaling annotations must be put under "spec.template.metadata.annotations" to work'
            yield Refusal(noted.path, f'invalid key name "{key.value}": {detail}', key.anchor)


def rollout(noted: At) -> Iterator[Refusal]:
    """What is refused of how long a change of the traffic takes."""
    yield from _whole_seconds(_of(noted, _SERVING, "rollout-duration", "rolloutDuration"), "rollout-duration")


def unread(noted: At, holder: str) -> Iterator[Refusal]:
    """Annotations of a template that are no texts: no schema says so, and the webhook cannot read the object."""
    for _, at in noted.entries():
        value = at.value
        if isinstance(value, bool | int | float):
            kind = "bool" if isinstance(value, bool) else "number"
            field = f"Go struct field ObjectMeta.{holder}.metadata.annotations of type string"
            said = f"mutation failed: cannot decode incoming new object: json: cannot unmarshal {kind} into {field}"
            yield Refusal(at.path, said, at.anchor, f'write `"{_text(at)}"`')


def of_revision(noted: At) -> Iterator[Refusal]:
    """What is refused of the annotations of a template's revisions."""
    yield from autoscaling(noted)
    yield from _whole_seconds(_of(noted, _SERVING, "progress-deadline"), "progress-deadline")
    share = _of(noted, f"queue.sidecar.{_SERVING}", "resource-percentage", "resourcePercentage")
    yield from _between(share, 0.1, 100)
    for key in _QUEUE:
        value = noted.get(key)
        if _told(value) and quantity(_text(value)) is None:
            yield _invalid(value)


def autoscaling(noted: At) -> Iterator[Refusal]:
    """What is refused of the annotations of autoscaling."""
    kind = noted.get(f"{_SCALING}/class")
    if _told(kind) and kind.text.endswith(".knative.dev") and kind.text not in (_KPA, _HPA):
        yield _invalid(kind)
    yield from _scales(noted)
    yield from _shares(noted)
    yield from _times(noted)
    if kind.unsure:
        return
    metric = noted.get(f"{_SCALING}/metric")
    usual = kind.text == _KPA or f"{_SCALING}/class" not in {key.value for key, _ in noted.entries()}
    if _told(metric) and usual and metric.text not in _METRICS:
        yield _invalid(metric, f"give `{_SCALING}/class: {_HPA}` too" if metric.text else "")
    algorithm = _of(noted, _SCALING, "metric-aggregation-algorithm", "metricAggregationAlgorithm")
    if kind.text == _KPA and algorithm.text and algorithm.text not in _ALGORITHMS:
        yield _invalid(algorithm)


def _scales(noted: At) -> Iterator[Refusal]:
    least_at, most_at = (
        _of(noted, _SCALING, "min-scale", "minScale"),
        _of(noted, _SCALING, "max-scale", "maxScale"),
    )
    sizes = []
    for at in (least_at, most_at):
        number = _integer(at)
        if number is None and _told(at):
            yield _invalid(at)
        elif number is not None and not 0 <= number <= _HIGHEST:
            yield Refusal(at.path, f"expected 0 <= {_text(at)} <= {_HIGHEST}", at.anchor)
            number = None
        sizes.append(number or 0)
    least, most = sizes
    if least_at.unsure or most_at.unsure:
        return
    if 0 < most < least:
        said = f"max-scale={most} is less than min-scale={least}"
        yield Refusal(most_at.path, said, most_at.anchor, "", ((least_at.anchor, "the least"),))
    yield from _activation(noted.get(f"{_SCALING}/activation-scale"), least, most)
    first = _of(noted, _SCALING, "initial-scale", "initialScale")
    if _told(first) and _integer(first) is None:
        yield _invalid(first)


def _activation(at: At, least: int, most: int) -> Iterator[Refusal]:
    number = _integer(at)
    if not _told(at):
        return
    if number is None:
        yield _invalid(at)
    elif least > number:
        yield Refusal(at.path, f"min-scale={least} is greater than activation-scale={number}", at.anchor)
    elif 0 < most < number:
        yield Refusal(at.path, f"max-scale={most} is less than activation-scale={number}", at.anchor)
    elif number < _LEAST_ACTIVATION:
        yield Refusal(at.path, f"activation-scale={number} must be greater than 1", at.anchor)


def _shares(noted: At) -> Iterator[Refusal]:
    for names, (least, most) in _SHARES.items():
        at = _of(noted, _SCALING, *names)
        yield from _between(at, least, most)
    target = noted.get(f"{_SCALING}/target")
    number = _float(target)
    if _unreadable(target):
        yield _invalid(target)
    elif number is not None and number < _LEAST_TARGET:
        yield Refusal(
            target.path, f"target {_text(target)} should be at least {_LEAST_TARGET}", target.anchor
        )
    burst = _of(noted, _SCALING, "target-burst-capacity", "targetBurstCapacity")
    number = _float(burst)
    if _unreadable(burst) or (number is not None and number < 0 and number != -1):
        yield _invalid(burst)


def _between(at: At, least: float, most: float) -> Iterator[Refusal]:
    number = _float(at)
    if _unreadable(at):
        yield _invalid(at)
    elif number is not None and not least <= number <= most:
        yield Refusal(at.path, f"expected {least} <= {_text(at)} <= {most}", at.anchor)


def _times(noted: At) -> Iterator[Refusal]:
    precise = "must be specified with at most second precision"
    for names, least, shown, whole in (
        (("window",), _LEAST_WINDOW, "6s", True),
        (("scale-down-delay", "scaleDownDelay"), 0, "0s", True),
        (("scale-to-zero-pod-retention-period", "scaleToZeroPodRetentionPeriod"), 0, "0s", False),
    ):
        at = _of(noted, _SCALING, *names)
        if not _told(at):
            continue
        time = _seconds(at)
        if time is None:
            yield _invalid(at, "write a unit: `30s`")
        elif not least <= time <= _HOUR:
            yield Refusal(at.path, f"expected {shown} <= {_text(at)} <= 1h0m0s", at.anchor)
        elif whole and time % 1:
            yield Refusal(at.path, precise, at.anchor)


def _whole_seconds(at: At, name: str) -> Iterator[Refusal]:
    """What is refused of a time of whole seconds; an empty text is none."""
    if not _told(at) or not at.text:
        return
    time = _seconds(at)
    if time is None:
        yield _invalid(at, "write a unit: `30s`")
    elif time % 1:
        yield Refusal(at.path, f"{name}={at.text} is not at second precision", at.anchor)
    elif time < 0:
        yield Refusal(at.path, f"{name}={at.text} must be positive", at.anchor)


def _of(noted: At, group: str, *names: str) -> At:
    """The first of the annotations that mean one thing."""
    found = [noted.get(f"{group}/{name}") for name in names]
    return next((at for at in found if at.given), found[0])


def _told(at: At) -> bool:
    """Whether an annotation has a text that is filled in."""
    return at.given and not at.unsure and isinstance(at.value, str)


def _text(at: At) -> str:
    return at.node.value if isinstance(at.node, Scalar) else ""


def _integer(at: At) -> int | None:
    text = _text(at) if _told(at) else ""
    number = decimal(text.lstrip("+-")) if _whole(text) is not None else None
    return -number if number is not None and text.startswith("-") else number


def _float(at: At) -> float | None:
    text = _text(at) if _told(at) else ""
    return real(text) if _number(text) is not None else None


def _unreadable(at: At) -> bool:
    """Whether an annotation is no number."""
    return _told(at) and _number(_text(at)) is None and _strange(_text(at)) is None


def _seconds(at: At) -> float | None:
    try:
        return seconds(at.text)
    except ConversionError:
        return None


def _invalid(at: At, wants: str = "") -> Refusal:
    return Refusal(at.path, f"invalid value: {_text(at)}", at.anchor, wants)
