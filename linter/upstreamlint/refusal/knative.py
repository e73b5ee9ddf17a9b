"""What the webhook of Knative Serving refuses: Services, Configurations, Revisions and Routes.

Source: knative.dev/serving v0.51.0, `pkg/apis/serving/k8s_validation.go` and `pkg/apis/serving/v1/*_validation.go`, with
the features that are on by default.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal
from upstreamlint.values import replace

_PORT_NAMES = ("", "h2c", "http1")
_RESERVED_PORTS = frozenset({8008, 8012, 8013, 8022, 9090, 9091})
_RESERVED_NAMES = frozenset({"K_SERVICE", "K_CONFIGURATION", "K_REVISION"})
_RESERVED_CONTAINER = "queue-proxy"
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_DEFAULT_NAME = "http"
_WHOLE = 100


def service(root: At) -> Iterator[Refusal]:
    """What is refused of a Service."""
    spec = root.get("spec")
    yield from map(_by_knative, _revision(spec.get("template").get("spec")))
    yield from map(_by_knative, _traffic(spec.get("traffic"), of_service=True))


def configuration(root: At) -> Iterator[Refusal]:
    """What is refused of a Configuration."""
    yield from map(_by_knative, _revision(root.get("spec").get("template").get("spec")))


def revision(root: At) -> Iterator[Refusal]:
    """What is refused of a Revision."""
    yield from map(_by_knative, _revision(root.get("spec")))


def route(root: At) -> Iterator[Refusal]:
    """What is refused of a Route."""
    yield from map(_by_knative, _traffic(root.get("spec").get("traffic"), of_service=False))


def _by_knative(refusal: Refusal) -> Refusal:
    return replace(refusal, judge="the webhook of Knative")


def _revision(pods: At) -> Iterator[Refusal]:
    containers = pods.items("containers")
    ports = [port for container in containers for port in container.items("ports")]
    if any(at.unsure for at in (*containers, *ports)):
        return
    if len(ports) > 1:
        said = "more than one container port is set: Only a single port is allowed across all containers"
        yield Refusal(ports[1].path, said, ports[1].anchor, "", ((ports[0].anchor, "the other one"),))
    elif len(containers) > 1 and not ports:
        at = pods.get("containers")
        yield Refusal(
            f"{at.path}.ports", "missing field(s)", at.key, "give one container its port", lack=True
        )
    for container in containers:
        serves = len(containers) == 1 or not container.get("ports").empty
        yield from _container(container, serves=serves)


def _container(container: At, *, serves: bool) -> Iterator[Refusal]:
    name = container.get("name")
    if name.text == _RESERVED_CONTAINER:
        yield Refusal(name.path, f'"{name.text}" is a reserved container name', name.anchor)
    reserved = _RESERVED_NAMES | {"PORT"} if serves else _RESERVED_NAMES
    for variable in container.items("env"):
        at = variable.get("name")
        if at.text in reserved:
            yield Refusal(at.path, f'"{at.text}" is a reserved environment variable', at.anchor)
    port = next(iter(container.items("ports")), None)
    if port is not None:
        yield from _port(port)
    if serves and not (port is not None and port.get("name").unsure):
        named = port.get("name").text if port is not None else ""
        yield from _probes(container, named or _DEFAULT_NAME)


def _port(port: At) -> Iterator[Refusal]:
    name, number, protocol = (port.get(field) for field in ("name", "containerPort", "protocol"))
    if name.given and not name.unsure and name.text not in _PORT_NAMES:
        said = f"Port name {name.text} is not allowed: Name must be empty, or one of: 'h2c', 'http1'"
        yield Refusal(name.path, said, name.anchor)
    if number.number in _RESERVED_PORTS:
        yield Refusal(number.path, f"invalid value: {number.number} is a reserved port", number.anchor)
    if protocol.text not in ("", "TCP"):
        yield Refusal(protocol.path, f"invalid value: {protocol.text}", protocol.anchor)


def _probes(container: At, serving: str) -> Iterator[Refusal]:
    for probe in map(container.get, _PROBES):
        for handler in map(probe.get, ("httpGet", "tcpSocket")):
            port = handler.get("port")
            if port.text and port.text != serving:
                said = f"invalid value: {port.text}: Probe port must match container port"
                yield Refusal(port.path, said, port.anchor)


def _traffic(traffic: At, *, of_service: bool) -> Iterator[Refusal]:
    """What is refused of the parts of the traffic; a Service without any sends all to its latest revision."""
    targets = traffic.parts()
    if any(at.unsure for target in targets for at in (target, *map(target.get, _TARGET))):
        return
    tags: dict[str, At] = {}
    for target in targets:
        yield from _target(target, of_service=of_service)
        tag = target.get("tag")
        first = tags.setdefault(tag.text, tag)
        if tag.text and first is not tag:
            said = f'Multiple definitions for "{tag.text}"'
            yield Refusal(tag.path, said, tag.anchor, "", ((first.anchor, "the first one"),))
    total = sum(target.get("percent").number or 0 for target in targets)
    if targets and total != _WHOLE:
        yield Refusal(traffic.path, f"Traffic targets sum to {total}, want {_WHOLE}", traffic.key)


_TARGET = ("percent", "tag", "revisionName", "configurationName", "latestRevision")


def _target(target: At, *, of_service: bool) -> Iterator[Refusal]:
    pinned, configured, latest = (target.get(field) for field in _TARGET[2:])
    if latest.given and (latest.value is True) == bool(pinned.text):
        said = f'may not set revisionName "{pinned.text}" when latestRevision is {str(latest.value).lower()}'
        yield Refusal(latest.path, said, latest.anchor)
    if of_service and configured.given:
        yield Refusal(configured.path, "must not set the field(s)", configured.key)
    elif pinned.text and configured.text:
        yield Refusal(configured.path, "expected exactly one, got both", configured.key)
    elif not (of_service or pinned.given or configured.given):
        yield Refusal(target.path, "expected exactly one, got neither", target.anchor, lack=True)
