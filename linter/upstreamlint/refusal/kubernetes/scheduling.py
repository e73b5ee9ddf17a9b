"""Where pods run: affinities, tolerations, spread (`pkg/apis/core/validation`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.kubernetes.metadata import selectors
from upstreamlint.refusal.refused import Refusal, invalid, quoted

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def scheduling(spec: At) -> Iterator[Refusal]:
    """What is refused of the wishes of a pod for its node."""
    affinity = spec.get("affinity")
    nodes = affinity.get("nodeAffinity")
    for term in nodes.get(_REQUIRED).items("nodeSelectorTerms"):
        yield from _nodes(term, strict=True)
    for term in nodes.items(_PREFERRED):
        yield from _nodes(term.get("preference"), strict=False)
    for field in ("podAffinity", "podAntiAffinity"):
        pods = affinity.get(field)
        for term in (*pods.items(_REQUIRED), *(t.get("podAffinityTerm") for t in pods.items(_PREFERRED))):
            yield from selectors(term.get("labelSelector"))
            yield from selectors(term.get("namespaceSelector"))
    for toleration in spec.items("tolerations"):
        yield from _toleration(toleration)
    yield from _spread(spec.items("topologySpreadConstraints"))


def _nodes(term: At, *, strict: bool) -> Iterator[Refusal]:
    """What is refused of a term that selects nodes; a `strict` one has values that labels can have."""
    for expression in term.items("matchExpressions"):
        operator, values = expression.get("operator").text, expression.get("values")
        if operator in ("Gt", "Lt") and not values.unsure and len(values.parts()) != 1:
            said = "Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"
            yield Refusal(values.path, said, values.anchor, lack=values.empty)
        wrong = problem("label-key", expression.get("key").text) if expression.get("key").text else None
        if wrong is not None:
            yield invalid(expression.get("key"), wrong)
        for value in values.parts() if strict else ():
            wrong = problem("label-value", value.text) if value.text else None
            if wrong is not None:
                yield invalid(value, wrong)
    yield from selectors(term)


def _toleration(toleration: At) -> Iterator[Refusal]:
    key, operator = toleration.get("key"), toleration.get("operator")
    value, effect = toleration.get("value"), toleration.get("effect")
    if toleration.unsure or key.unsure or operator.unsure:
        return
    if key.empty and operator.text != "Exists":
        said = 'operator must be Exists when `key` is empty, which means "match all values and all keys"'
        yield Refusal(operator.path, f"Invalid value: {quoted(operator)}: {said}", operator.anchor)
    wrong = problem("label-key", key.text) if key.text else None
    if wrong is not None:
        yield invalid(key, wrong)
    if toleration.get("tolerationSeconds").given and effect.text != "NoExecute" and not effect.unsure:
        said = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        yield Refusal(effect.path, f"Invalid value: {quoted(effect)}: {said}", effect.anchor)
    if operator.text == "Exists" and value.text:
        wrong = "value must be empty when `operator` is 'Exists'"
    else:
        wrong = problem("label-value", value.text) if operator.text in ("", "Equal") and value.text else None
    if wrong is not None:
        yield Refusal(operator.path, f"Invalid value: {quoted(value)}: {wrong}", value.anchor)


def _spread(constraints: list[At]) -> Iterator[Refusal]:
    seen: dict[tuple[str, str], At] = {}
    for constraint in constraints:
        action, key = constraint.get("whenUnsatisfiable"), constraint.get("topologyKey")
        yield from selectors(constraint.get("labelSelector"))
        least = constraint.get("minDomains")
        if least.number and action.text == "ScheduleAnyway":
            said = f"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action.text}"
            yield invalid(least, said)
        kind = (key.text, action.text)
        if all(kind) and seen.setdefault(kind, constraint) is not constraint:
            said = f'Duplicate value: "{{{kind[0]}, {kind[1]}}}"'
            place = seen[kind]
            yield Refusal(
                f"{place.path}.{{topologyKey, whenUnsatisfiable}}",
                said,
                key.anchor,
                "",
                ((place.get("topologyKey").anchor, "the first one"),),
            )
