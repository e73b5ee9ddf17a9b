"""What an Ingress has its controller speak to a backend, against what the backend's port is known to speak."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.finding import Symptom
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress.backends import ingress_port
from upstreamlint.graph.kubernetes.services.serving import pod_port, serving_container
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Ingress, Service, ServicePort, Workload
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.probe import ProbeAction
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.source import Anchor
from upstreamlint.symptoms import BAD_GATEWAY, PLAIN_TO_TLS
from upstreamlint.values import NamedTuple, entity


@entity(kw_only=True)
class BackendProtocol(Reference):
    """The protocol that a backend speaks, when the Ingress has to say so. `wanted` is that protocol.

    `said_by` is where it is seen, `remedy` what to write.
    """

    ingress: Ingress
    service: Service
    port: ServicePort
    said_by: Anchor
    remedy: str
    symptom: Symptom


class _Telling(NamedTuple):
    """The annotations that tell a controller what to speak, and the one to write; for TLS alone, or for gRPC too."""

    keys: tuple[str, ...]
    remedy: str
    grpc: bool = False


_NGINX = _Telling(
    (
        "nginx.ingress.kubernetes.io/backend-protocol",
        "nginx.ingress.kubernetes.io/secure-backends",
        "nginx.ingress.kubernetes.io/grpc-backend",
        "nginx.ingress.kubernetes.io/ssl-passthrough",
        "nginx.org/ssl-services",
        "nginx.org/grpc-services",
    ),
    "nginx.ingress.kubernetes.io/backend-protocol: {protocol}",
    grpc=True,
)
_TELLING = {
    Controller.INGRESS_NGINX: _NGINX,
    Controller.F5_NGINX: _NGINX,
    Controller.ALB: _Telling(
        ("alb.ingress.kubernetes.io/backend-protocol",),
        "alb.ingress.kubernetes.io/backend-protocol: {protocol}",
    ),
    Controller.AGIC: _Telling(
        ("appgw.ingress.kubernetes.io/backend-protocol",),
        "appgw.ingress.kubernetes.io/backend-protocol: https",
    ),
    Controller.HAPROXY: _Telling(
        ("haproxy.org/server-ssl", "haproxy.org/ssl-passthrough", "haproxy.org/server-proto"),
        'haproxy.org/server-ssl: "true"',
    ),
    Controller.KONG: _Telling(("konghq.com/protocol",), "konghq.com/protocol: https"),
    Controller.CONTOUR: _Telling(
        ("projectcontour.io/upstream-protocol.tls",), "projectcontour.io/upstream-protocol.tls"
    ),
}
"""From the documentation of each; GKE and Traefik look at the port's `appProtocol`, number and name instead."""

_HTTPS, _HTTP = 443, 80
_TLS_PORTS = frozenset({443, 8443})
_TLS_NAME = patterns.compile(r"(?:https|tls|ssl)(?:-|\Z)")
_PLAIN_NAME = patterns.compile(r"(?:http|web|ws|h2c)(?:-|\Z)")


def link(index: Index) -> Iterator[BackendProtocol]:
    """Every backend of every Ingress whose controller has to be told what it speaks."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        controller = classes.controller(ingress)
        if controller is None and ingress.class_name is not None and ingress.class_name.value == "nginx":
            controller = Controller.INGRESS_NGINX
        telling = _TELLING.get(controller) if controller is not None else None
        if telling is None or ingress.meta.patched:
            continue
        for backend in ingress.backends:
            yield from _backend(index, ingress, backend, telling, controller)


def _backend(
    index: Index, ingress: Ingress, backend: IngressBackend, telling: _Telling, controller: Controller | None
) -> Iterator[BackendProtocol]:
    if backend.service is None or backend.port is None:
        return
    for service in index.services(backend.service.value, ingress.meta.namespace, ingress.meta.folder)[:1]:
        port = ingress_port(service, backend.port)
        told = any(
            holder.meta.annotation(key) is not None for holder in (ingress, service) for key in telling.keys
        )
        if port is None or told or service.meta.patched:
            continue
        said = spoken(port, index.selected(service))
        # An Application Gateway takes 443 for TLS by itself.
        known = controller is Controller.AGIC and _HTTPS in (port.number, port.target_number)
        if said is None or known or (said[0] == "GRPC" and not telling.grpc):
            continue
        yield BackendProtocol(
            wanted=said[0],
            anchor=backend.port.anchor,
            owner=ingress,
            verdict=Verdict.CONFLICT,
            ingress=ingress,
            service=service,
            port=port,
            said_by=said[1],
            remedy=telling.remedy.format(protocol=said[0]),
            symptom=_answer(index, service) if said[0] == "HTTPS" else BAD_GATEWAY,
        )


_SERVERS = {
    "The plain HTTP request was sent to HTTPS port": frozenset(
        {"nginx", "nginx-unprivileged", "openresty", "kong", "kong-gateway", "apisix", "nginx-ingress"}
    ),
    "Client sent an HTTP request to an HTTPS server.": frozenset(
        {"dashboard", "vault", "openbao", "minio", "consul", "nomad", "grafana", "prometheus", "portainer-ce"}
    ),
}
"""What images answer to plain HTTP on their ports of TLS: those that are nginx, and those that serve with Go's own library."""


def _answer(index: Index, service: Service) -> Symptom:
    """What comes of plain HTTP to a Service's port that speaks TLS."""
    names = {c.image_name for w in index.selected(service) for c in index.containers(w)}
    text = next((text for text, images in _SERVERS.items() if names and names <= images), "")
    return Symptom(PLAIN_TO_TLS.status, text) if text else PLAIN_TO_TLS


def spoken(port: ServicePort, workloads: tuple[Workload, ...]) -> tuple[str, Anchor] | None:
    """The protocol other than plain HTTP that a port is known to speak, and where that is seen.

    By its `appProtocol`, its name, or the number 443 where neither a name nor a probe speaks against it.
    """
    if port.app_protocol is not None:
        declared = port.app_protocol.value.lower()
        found = (
            "HTTPS" if declared == "https" else "GRPC" if declared in ("grpc", "kubernetes.io/h2c") else None
        )
        return (found, port.app_protocol.anchor) if found is not None else None
    name = port.name.value.lower() if port.name is not None else ""
    target = (port.target_name or "").lower()
    if port.name is not None and (name == "grpc" or name.startswith("grpc-")):
        return "GRPC", port.name.anchor
    if port.number == _HTTP or _PLAIN_NAME.match(name) or _plain(port, workloads):
        return None
    if port.name is not None and _TLS_NAME.match(name):
        return "HTTPS", port.name.anchor
    if port.target is not None and _TLS_NAME.match(target):
        return "HTTPS", port.target.anchor
    if port.number == _HTTPS and not target and port.target_number in _TLS_PORTS:
        return "HTTPS", port.written.anchor
    return None


def _plain(port: ServicePort, workloads: tuple[Workload, ...]) -> bool:
    """Whether the pods show that the port speaks plain text: by a probe, or by the name of theirs."""
    for workload in workloads:
        number = pod_port(workload, port)
        container = serving_container(workload, number)
        if container is None:
            continue
        names = {p.name.value: p.number for p in container.ports if p.name is not None}
        if any(_PLAIN_NAME.match(name) for name, own in names.items() if own == number):
            return True
        for probe in container.probes:
            asked = integer(probe.port) if probe.port is not None else None
            asked = names.get(probe.port.value) if asked is None and probe.port is not None else asked
            if probe.action is ProbeAction.HTTP and asked == number and probe.scheme == "HTTP":
                return True
    return False
