"""Pod templates: containers, volumes and what refers to them (`pkg/apis/core/validation`, `ValidatePodSpec`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal, duplicate, forbidden, invalid
from upstreamlint.refusal.scalars import unfilled

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def pod(spec: At, claims: frozenset[str] = frozenset()) -> Iterator[Refusal]:
    """What is refused of the spec of a pod; `claims` are the volumes that its owner adds."""
    volumes = spec.items("volumes")
    open_ended = spec.get("volumes").unsure or any(_unsure(v.get("name")) for v in volumes)
    known = claims | {v.get("name").text for v in volumes}
    containers, first = spec.items("containers"), spec.items("initContainers")
    names = {c.get("name").text: c for c in containers}
    for container in first:
        name = container.get("name")
        if name.text and name.text in names:
            yield duplicate(name, "", names[name.text].get("name"))
        names.setdefault(name.text, container)
    for container in (*containers, *first):
        if not open_ended:
            yield from _mounts(container, known)
        yield from _variables(container)
        yield from _ports(container, spec)
    for container in containers:
        yield from _probes(container)
    for container in first:
        if container.get("restartPolicy").text != "Always" and not container.get("restartPolicy").unsure:
            for field in (*_PROBES, "lifecycle"):
                if container.get(field).given:
                    yield forbidden(
                        container.get(field),
                        "may not be set for init containers without restartPolicy=Always",
                    )


_UNDER_VOLUMES = "name it under `volumes`"
_BROUGHT = frozenset({"workspace-volume"})
"""Volumes that programs add to the pods that they make: the Kubernetes plugin of Jenkins."""


def _unsure(name: At) -> bool:
    return name.node is None or unfilled(name.node)


def _mounts(container: At, known: frozenset[str]) -> Iterator[Refusal]:
    for mount in container.items("volumeMounts"):
        name = mount.get("name")
        if name.text and name.text not in known and name.text not in _BROUGHT and not _unsure(name):
            yield Refusal(name.path, f'Not found: "{name.text}"', name.anchor, _UNDER_VOLUMES, lack=True)


def _variables(container: At) -> Iterator[Refusal]:
    for variable in container.items("env"):
        source, value = variable.get("valueFrom"), variable.get("value")
        if source.given and value.text:
            yield Refusal(
                source.path, 'Invalid value: "": may not be specified when `value` is not empty', source.key
            )


def _ports(container: At, spec: At) -> Iterator[Refusal]:
    if spec.get("hostNetwork").value is not True:
        return
    for port in container.items("ports"):
        host, inner = port.get("hostPort"), port.get("containerPort")
        if host.number and inner.number and host.number != inner.number:
            yield invalid(host, "must match `containerPort` when `hostNetwork` is true")


def _probes(container: At) -> Iterator[Refusal]:
    for field in ("livenessProbe", "startupProbe"):
        threshold = container.get(field).get("successThreshold")
        if threshold.number not in (None, 0, 1):
            yield invalid(threshold, "must be 1")
    grace = container.get("readinessProbe").get("terminationGracePeriodSeconds")
    if grace.given:
        yield invalid(grace, "must not be set for readinessProbes")
