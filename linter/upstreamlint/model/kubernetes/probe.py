"""Probes: what the kubelet asks a container, and how patiently."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.source import Anchor
from upstreamlint.values import StrEnum, entity


class ProbeKind(StrEnum):
    """What a probe is for."""

    READINESS = "readinessProbe"
    LIVENESS = "livenessProbe"
    STARTUP = "startupProbe"


class ProbeAction(StrEnum):
    """How a probe asks."""

    HTTP = "httpGet"
    TCP = "tcpSocket"
    GRPC = "grpc"
    EXEC = "exec"


@entity
class Probe:
    """A probe; times in seconds with the API's defaults (R5). `port` is as written: a name or a number.

    `scheme` is that of an HTTP probe, `host_header` the Host that it sends, `other_headers` that it sends more.
    `command` is what an `exec` probe starts in the container.
    """

    kind: ProbeKind
    action: ProbeAction
    port: Scalar | None
    path: Scalar | None
    host: Scalar | None
    initial_delay: int
    period: int
    timeout: int
    failures: int
    anchor: Anchor
    key: Anchor
    scheme: str = "HTTP"
    host_header: str = ""
    other_headers: bool = False
    command: tuple[Scalar, ...] = ()


def probe(kind: ProbeKind, container: Mapping) -> Probe | None:
    """A container's probe of a kind, from its manifest."""
    node = container.mapping(kind.value)
    if node is None:
        return None
    for action in ProbeAction:
        body = node.mapping(action.value)
        if body is None:
            continue
        headers = body.mappings("httpHeaders")
        return Probe(
            kind=kind,
            action=action,
            port=body.scalar("port"),
            path=body.scalar("path"),
            host=body.scalar("host"),
            initial_delay=_seconds(node, "initialDelaySeconds", 0),
            period=_seconds(node, "periodSeconds", 10),
            timeout=_seconds(node, "timeoutSeconds", 1),
            failures=_seconds(node, "failureThreshold", 3),
            anchor=node.anchor,
            key=container.key(kind.value),
            scheme=_text(body.scalar("scheme")).upper() or "HTTP",
            host_header=next((_text(h.scalar("value")) for h in headers if _is_host(h)), ""),
            other_headers=not all(_is_host(h) for h in headers),
            command=tuple(body.scalars("command")),
        )
    return None


def _seconds(node: Mapping, key: str, default: int) -> int:
    value = integer(node.scalar(key))
    return default if value is None else value


def _is_host(header: Mapping) -> bool:
    return _text(header.scalar("name")).lower() == "host"


def _text(scalar: Scalar | None) -> str:
    return scalar.value if scalar is not None else ""
