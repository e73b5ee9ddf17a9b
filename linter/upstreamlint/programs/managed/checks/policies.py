"""Objects that say what Google's load balancers ask: BackendConfig (Ingress) and HealthCheckPolicy (Gateway)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.index import Index
from upstreamlint.model.kubernetes import Service, ServicePort
from upstreamlint.model.kubernetes.meta import KubernetesObject, Meta, integer
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.source import Anchor
from upstreamlint.values import entity

KINDS = frozenset({("cloud.google.com", "BackendConfig"), ("networking.gke.io", "HealthCheckPolicy")})
ANNOTATIONS = ("cloud.google.com/backend-config", "beta.cloud.google.com/backend-config")
_BODIES = ("httpHealthCheck", "httpsHealthCheck", "http2HealthCheck", "tcpHealthCheck", "grpcHealthCheck")


@entity
class HealthCheck(KubernetesObject):
    """What is asked. `says` is false for an object that leaves the health check as it is.

    `targets` are the kinds and names of what a policy is for. `opaque` says that the body of the answer counts too.
    `interval` and `timeout` are in seconds.
    """

    says: bool
    type: str
    path: Scalar | None
    host: str
    port: int | None
    port_anchor: Anchor | None
    opaque: bool
    targets: tuple[tuple[str, Scalar], ...]
    interval: Scalar | None = None
    timeout: Scalar | None = None


def health_check(meta: Meta, root: Mapping) -> HealthCheck | None:
    """The health check of an object; nothing where it is of another kind."""
    if (meta.group, meta.kind) not in KINDS:
        return None
    targets: tuple[tuple[str, Scalar], ...] = ()
    if meta.kind == "BackendConfig":
        written = root.at("spec", "healthCheck")
        body = written if isinstance(written, Mapping) else None
        kind = body.scalar("type") if body else None
        times = body
    else:
        config = root.at("spec", "default", "config")
        default = root.at("spec", "default")
        times = default if isinstance(default, Mapping) else None
        holder = config if isinstance(config, Mapping) else None
        kind = holder.scalar("type") if holder else None
        body = next((b for name in _BODIES if holder and (b := holder.mapping(name)) is not None), None)
        body = body or holder
        targets = tuple(_targets(root))
    port = body.scalar("port") if body else None
    named = body.scalar("portName") if body else None
    host = body.scalar("host") if body else None
    return HealthCheck(
        meta,
        body is not None,
        kind.value.upper() if kind is not None else "",
        (body.scalar("requestPath") or body.scalar("requestpath")) if body else None,
        host.value if host is not None else "",
        integer(port),
        port.anchor if port is not None else None,
        body is not None and (body.get("response") is not None or named is not None),
        targets,
        times.scalar("checkIntervalSec") if times else None,
        times.scalar("timeoutSec") if times else None,
    )


def _targets(root: Mapping) -> Iterator[tuple[str, Scalar]]:
    spec = root.mapping("spec")
    if spec is None:
        return
    single = spec.mapping("targetRef")
    for ref in [*([single] if single is not None else []), *spec.mappings("targetRefs")]:
        kind, name = ref.scalar("kind"), ref.scalar("name")
        if name is not None:
            yield kind.value if kind is not None else "", name


def policy_for(index: Index, service: Service) -> HealthCheck | None:
    """The HealthCheckPolicy of a Service."""
    for found in index.of(HealthCheck):
        here = same_namespace(found.meta.namespace, service.meta.namespace)
        if here and any(k == "Service" and n.value == service.meta.name.value for k, n in found.targets):
            return found
    return None


def config_for(index: Index, service: Service, port: ServicePort) -> tuple[bool, HealthCheck | None]:
    """The BackendConfig that a Service names for a port, and whether it is known what that comes to."""
    name = config_named(service, port)
    if not name:
        return name is None, None
    found = [
        c
        for c in index.of(HealthCheck)
        if c.meta.kind == "BackendConfig"
        and c.meta.name.value == name
        and same_namespace(c.meta.namespace, service.meta.namespace)
    ]
    if not found or found[0].meta.patched:
        return False, None
    return True, found[0] if found[0].says else None


def config_named(service: Service, port: ServicePort) -> str | None:
    """The name of the BackendConfig for a port: nothing where no annotation is there, empty where it cannot be told."""
    text = next((t for key in ANNOTATIONS if (t := service.meta.annotation(key)) is not None), None)
    if text is None:
        return None
    try:
        named = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    ports = named.get("ports") if isinstance(named, dict) else None
    keys = [str(port.number), port.name.value if port.name is not None else ""]
    name = next((ports[k] for k in keys if isinstance(ports, dict) and k in ports), None)
    name = name or (named.get("default") if isinstance(named, dict) else None)
    return name if isinstance(name, str) else ""
