"""Containers of pods (`pkg/apis/core/validation`, `validateContainerCommon`, and what pods add to it)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.downward import FIELDS, RESOURCES
from upstreamlint.refusal.formats import problem
from upstreamlint.refusal.quantities import UNIT, quantity
from upstreamlint.refusal.refused import Refusal, duplicate, forbidden, invalid, unsupported
from upstreamlint.refusal.scalars import null, unfilled

PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_UNDER_VOLUMES = "name it under `volumes`"
_BROUGHT = frozenset({"workspace-volume"})
"""Volumes that programs add to the pods that they make: the Kubernetes plugin of Jenkins."""
_LIMITED = ("hugepages-", "requests.")
_FILES = ("metadata.labels", "metadata.annotations")
_UNSUPPORTED = ("metadata.annotations", "metadata.labels", "spec.restartPolicy", "status.phase")
_HUGE = ("limits.hugepages-", "requests.hugepages-")


def container(at: At, volumes: frozenset[str] | None) -> Iterator[Refusal]:
    """What is refused of any container; `volumes` are those of its pod, if they are known."""
    if volumes is not None:
        yield from _mounts(at, volumes)
    for mount in at.items("volumeMounts"):
        yield from _mount(at, mount)
    for variable in at.items("env"):
        yield from _variable(variable)
    yield from _resources(at.get("resources"))
    yield from _security(at.get("securityContext"))


def _mounts(at: At, known: frozenset[str]) -> Iterator[Refusal]:
    for field in ("volumeMounts", "volumeDevices"):
        for mount in at.items(field):
            name = mount.get("name")
            if name.text and name.text not in known | _BROUGHT and name.node and not unfilled(name.node):
                yield Refusal(name.path, f'Not found: "{name.text}"', name.anchor, _UNDER_VOLUMES, lack=True)


def _mount(at: At, mount: At) -> Iterator[Refusal]:
    expression, propagation = mount.get("subPathExpr"), mount.get("mountPropagation")
    if expression.text and mount.get("subPath").text:
        yield invalid(expression, "subPathExpr and subPath are mutually exclusive")
    privileged = at.get("securityContext").get("privileged")
    if propagation.text == "Bidirectional" and privileged.value is not True and not privileged.unsure:
        yield forbidden(
            propagation, "Bidirectional mount propagation is available only to privileged containers"
        )


def _variable(variable: At) -> Iterator[Refusal]:
    source, value = variable.get("valueFrom"), variable.get("value")
    if source.given and value.text:
        yield Refusal(
            source.path, 'Invalid value: "": may not be specified when `value` is not empty', source.key
        )
    yield from _field(source.get("fieldRef").get("fieldPath"))
    resource = source.get("resourceFieldRef").get("resource")
    if resource.text and resource.text not in RESOURCES and not resource.text.startswith(_HUGE):
        yield unsupported(resource, RESOURCES)


def downward(volume: At) -> Iterator[Refusal]:
    """What is refused of the fields that a volume has the values of."""
    sources = [source.get("downwardAPI") for source in volume.get("projected").items("sources")]
    for source in (volume.get("downwardAPI"), *sources):
        for part in source.items("items"):
            path = part.get("fieldRef").get("fieldPath")
            if path.text not in _FILES:
                yield from _field(path)


def _field(path: At) -> Iterator[Refusal]:
    text = path.text
    if not text or text in FIELDS or text in ("spec.host", "status.startTime"):
        return
    name, bracket, key = text.partition("[")
    if bracket and name in ("metadata.annotations", "metadata.labels"):
        wrong = problem("annotation-key" if name.endswith("s") else "label-key", key.rstrip("]").strip("'\""))
        if wrong is not None:
            yield invalid(path, wrong)
    elif text in _UNSUPPORTED:
        yield unsupported(path, FIELDS)
    else:
        yield invalid(path, f"error converting fieldPath: field label not supported: {text}")


def _resources(resources: At) -> Iterator[Refusal]:
    for field in ("limits", "requests"):
        for key, value in resources.get(field).entries():
            amount = _amount(value)
            if (
                "/" in key.value
                and "kubernetes.io/" not in key.value
                and amount is not None
                and amount % UNIT
            ):
                yield invalid(value, "must be an integer")
    limits = {key.value: value for key, value in resources.get("limits").entries()}
    for key, asked in resources.get("requests").entries():
        limit = limits.get(key.value)
        if limit is None:
            continue
        empty = limit.node is not None and null(limit.node)
        most, least = 0 if empty else _amount(limit), _amount(asked)
        if most is None or least is None:
            continue
        name, where = key.value, resources.get("requests").path
        shown = "0" if empty else str(limit.value)
        if least > most:
            said = f'Invalid value: "{asked.value}": must be less than or equal to {name} limit of {shown}'
        elif least < most and ("/" in name or name.startswith(_LIMITED)):
            said = f'Invalid value: "{asked.value}": must be equal to {name} limit of {shown}'
        else:
            continue
        yield Refusal(where, said, asked.anchor, "", ((limit.anchor, "the limit"),))


def _amount(at: At) -> int | None:
    value = at.value
    return quantity(str(value).strip()) if value is not None and not isinstance(value, bool) else None


def _security(context: At) -> Iterator[Refusal]:
    if context.get("allowPrivilegeEscalation").value is not False:
        return
    said = 'Invalid value: "object": cannot set `allowPrivilegeEscalation` to false and '
    if context.get("privileged").value is True:
        yield Refusal(context.path, f"{said}`privileged` to true", context.get("privileged").key)
    for capability in context.get("capabilities").items("add"):
        if capability.text == "CAP_SYS_ADMIN":
            yield Refusal(context.path, f"{said}`capabilities.Add` CAP_SYS_ADMIN", capability.anchor)


def probes(at: At) -> Iterator[Refusal]:
    """What is refused of the probes of a container."""
    for field in ("livenessProbe", "startupProbe"):
        threshold = at.get(field).get("successThreshold")
        if threshold.number not in (None, 0, 1):
            yield invalid(threshold, "must be 1")
    grace = at.get("readinessProbe").get("terminationGracePeriodSeconds")
    if grace.given:
        yield invalid(grace, "must not be set for readinessProbes")


def host_ports(containers: list[At], *, shared: bool) -> Iterator[Refusal]:
    """What is refused of ports of the host; `shared` says that the pod shares the network of its node."""
    seen: dict[tuple[str, str, int], At] = {}
    for port in (port for at in containers for port in at.items("ports")):
        outer, inner = port.get("hostPort"), port.get("containerPort")
        if not outer.number or port.get("hostIP").unsure:
            continue
        if shared and inner.number and outer.number != inner.number:
            yield invalid(outer, "must match `containerPort` when `hostNetwork` is true")
        key = (port.get("protocol").text or "TCP", port.get("hostIP").text, outer.number)
        if seen.setdefault(key, outer) is not outer:
            yield duplicate(outer, f'"{key[0]}/{key[1]}/{key[2]}"', seen[key])


def of_first(at: At) -> Iterator[Refusal]:
    """What is refused of a container that runs before the others."""
    policy = at.get("restartPolicy")
    if policy.text == "Always":
        yield from probes(at)
    elif not policy.unsure:
        for field in (*PROBES, "lifecycle"):
            if at.get(field).given:
                said = "may not be set for init containers without restartPolicy=Always"
                yield forbidden(at.get(field), said)


def named_once(containers: list[At], first: list[At]) -> Iterator[Refusal]:
    """Containers that run first and share a name with another one."""
    names = {c.get("name").text: c for c in containers}
    for at in first:
        name = at.get("name")
        if name.text and name.text in names:
            yield duplicate(name, "", names[name.text].get("name"))
        names.setdefault(name.text, at)
