"""The containers of a revision (`pkg/apis/serving/k8s_validation.go`)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.refusal.at import At
from upstreamlint.refusal.refused import Refusal

_PORT_NAMES = ("", "h2c", "http1")
_RESERVED_PORTS = frozenset({8008, 8012, 8013, 8022, 9090, 9091})
_RESERVED_NAMES = frozenset({"K_SERVICE", "K_CONFIGURATION", "K_REVISION"})
_RESERVED_CONTAINER = "queue-proxy"
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = ("httpGet", "tcpSocket", "exec", "grpc")
_OFTEN = ("failureThreshold", "timeoutSeconds")
_DEFAULT_NAME = "http"
_HIGHEST_PORT = 65535


def container(one: At, *, serves: bool) -> Iterator[Refusal]:
    """What is refused of a container; `serves` says whether requests are for it."""
    name = one.get("name")
    if name.text == _RESERVED_CONTAINER:
        yield Refusal(name.path, f'"{name.text}" is a reserved container name', name.anchor)
    yield from _image(one.get("image"))
    yield from _variables(one, _RESERVED_NAMES | {"PORT"} if serves else _RESERVED_NAMES)
    port = next(iter(one.items("ports")), None)
    if port is not None:
        yield from _port(port)
    if serves and not (port is not None and port.get("name").unsure):
        named = port.get("name").text if port is not None else ""
        yield from _probes(one, named or _DEFAULT_NAME)


def _image(image: At) -> Iterator[Refusal]:
    if image.empty and not image.unsure:
        yield Refusal(image.path, "missing field(s)", image.anchor, lack=True)
    if not image.text or image.nameless:
        return
    registry, slash, name = image.text.partition("/")
    if not slash or not ("." in registry or ":" in registry):
        name = image.text
    name = name.partition("@")[0].partition(":")[0]
    if name != name.lower() and name.isascii():
        said = f'image: "{image.text}", error: could not parse reference: {image.text}'
        wants = "write its name in lower case"
        yield Refusal(image.path, f"Failed to parse image reference: {said}", image.anchor, wants)


def _variables(one: At, reserved: frozenset[str]) -> Iterator[Refusal]:
    for variable in one.items("env"):
        at = variable.get("name")
        if at.text in reserved:
            yield Refusal(at.path, f'"{at.text}" is a reserved environment variable', at.anchor)
    for source in one.items("envFrom"):
        there = [at for at in map(source.get, ("configMapRef", "secretRef")) if at.given]
        if source.unsure:
            continue
        if len(there) > 1:
            yield Refusal(there[1].path, "expected exactly one, got both", there[1].key)
        elif not there:
            said, wants = "expected exactly one, got neither", "give `configMapRef` or `secretRef`"
            yield Refusal(source.path, said, source.anchor, wants, lack=True)


def _port(port: At) -> Iterator[Refusal]:
    name, number, protocol = (port.get(field) for field in ("name", "containerPort", "protocol"))
    if name.given and not name.unsure and name.text not in _PORT_NAMES:
        said = f"Port name {name.text} is not allowed: Name must be empty, or one of: 'h2c', 'http1'"
        yield Refusal(name.path, said, name.anchor)
    if number.number in _RESERVED_PORTS:
        said = f"{number.number} is a reserved port"
        yield Refusal(
            number.path, f"invalid value: {said}: {said}, please use a different value", number.anchor
        )
    elif number.number is not None and not 0 <= number.number <= _HIGHEST_PORT:
        yield Refusal(number.path, f"expected 0 <= {number.number} <= {_HIGHEST_PORT}", number.anchor)
    if protocol.text not in ("", "TCP"):
        yield Refusal(protocol.path, f"invalid value: {protocol.text}", protocol.anchor)


def _probes(one: At, serving: str) -> Iterator[Refusal]:
    for probe in map(one.get, _PROBES):
        if not probe.given or probe.unsure:
            continue
        there = sorted((at for at in map(probe.get, _HANDLERS) if at.given), key=lambda at: at.key.start)
        if len(there) > 1:
            related = ((there[0].key, "the other one"),)
            yield Refusal(there[1].path, "expected exactly one, got both", there[1].key, "", related)
        for handler in map(probe.get, ("httpGet", "tcpSocket")):
            port = handler.get("port")
            if port.text and port.text != serving:
                said = f"invalid value: {port.text}: Probe port must match container port"
                yield Refusal(port.path, said, port.anchor)
        if probe.step == "readinessProbe":
            yield from _often(probe)
        elif not there and not any(key.value not in (*_TIMES, *_HANDLERS) for key, _ in probe.entries()):
            said = "expected exactly one, got neither"
            yield Refusal(probe.path, said, probe.key, "a handler is missing", lack=True)


_TIMES = frozenset({"initialDelaySeconds", "periodSeconds", "successThreshold", *_OFTEN})


def _often(probe: At) -> Iterator[Refusal]:
    """What a probe of readiness may not say that is asked as often as Knative wants: one without a period."""
    period = probe.get("periodSeconds")
    if period.unsure or period.number not in (None, 0) or (period.given and period.number is None):
        return
    for field in map(probe.get, _OFTEN):
        if field.number not in (None, 0):
            said = f"{field.step} is disallowed when periodSeconds is zero"
            yield Refusal(field.path, said, field.key, "give `periodSeconds` too")
