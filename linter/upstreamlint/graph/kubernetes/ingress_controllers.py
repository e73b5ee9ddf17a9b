"""What the controller behind an Ingress makes of it: classes, annotations, protocols, health checks (I3, I6)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.graph.evidence import Verdict, near_names
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress import ingress_port
from upstreamlint.graph.references import Candidate, ClassOfIngress, Reference
from upstreamlint.model.kubernetes import Ingress, IngressClass, Service, ServicePort
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.programs.managed.controllers import KNOWN_CLASSES, Classes, Controller
from upstreamlint.values import entity

_PREFIXES = {
    "nginx.ingress.kubernetes.io/": Controller.INGRESS_NGINX,
    "nginx.org/": Controller.F5_NGINX,
    "nginx.com/": Controller.F5_NGINX,
}
_EQUIVALENTS = {
    "nginx.ingress.kubernetes.io/backend-protocol": "nginx.org/ssl-services` or `nginx.org/grpc-services",
    "nginx.ingress.kubernetes.io/rewrite-target": "nginx.org/rewrites",
    "nginx.ingress.kubernetes.io/proxy-read-timeout": "nginx.org/proxy-read-timeout",
    "nginx.ingress.kubernetes.io/proxy-connect-timeout": "nginx.org/proxy-connect-timeout",
    "nginx.org/ssl-services": "nginx.ingress.kubernetes.io/backend-protocol",
    "nginx.org/grpc-services": "nginx.ingress.kubernetes.io/backend-protocol",
    "nginx.org/rewrites": "nginx.ingress.kubernetes.io/rewrite-target",
    "nginx.org/proxy-read-timeout": "nginx.ingress.kubernetes.io/proxy-read-timeout",
    "nginx.org/proxy-connect-timeout": "nginx.ingress.kubernetes.io/proxy-connect-timeout",
}
"""Annotations that change how a backend is called, and what the other controller calls them."""

_PROTOCOL = (
    "nginx.ingress.kubernetes.io/backend-protocol",
    "nginx.ingress.kubernetes.io/secure-backends",
    "nginx.ingress.kubernetes.io/grpc-backend",
    "nginx.ingress.kubernetes.io/ssl-passthrough",
    "nginx.org/ssl-services",
    "nginx.org/grpc-services",
)


@entity(kw_only=True)
class ControllerAnnotation(Reference):
    """An annotation of an Ingress, and the controller that should read it."""

    ingress: Ingress
    controller: Controller
    equivalent: str


@entity(kw_only=True)
class BackendProtocol(Reference):
    """The protocol that a backend speaks, when the Ingress has to say so. `wanted` is that protocol."""

    ingress: Ingress
    service: Service
    port: ServicePort


def link(index: Index) -> Iterator[Reference]:
    """What each Ingress asks of its controller."""
    classes = Classes(index)
    for ingress in index.of(Ingress):
        yield from _class(index, ingress, classes.by_name)
        if ingress.meta.patched:
            continue
        controller = classes.controller(ingress)
        yield from _annotations(ingress, controller)
        for backend in ingress.backends:
            for service, port in _ports(index, ingress, backend):
                yield from _protocol(ingress, controller, backend, service, port)


def _ports(index: Index, ingress: Ingress, backend: IngressBackend) -> Iterator[tuple[Service, ServicePort]]:
    if backend.service is None or backend.port is None:
        return
    for service in index.services(backend.service.value, ingress.meta.namespace, ingress.meta.folder)[:1]:
        port = ingress_port(service, backend.port)
        if port is not None and not service.meta.patched:
            yield service, port


def _class(
    index: Index, ingress: Ingress, classes: dict[str, list[IngressClass]]
) -> Iterator[ClassOfIngress]:
    """Classes mostly come with a controller from elsewhere: only a near miss or a whole scope tells (I6)."""
    name = ingress.class_name
    if name is None or name.value in classes or name.value in KNOWN_CLASSES or not classes:
        return
    similar = near_names(name.value, classes, words=False)
    absent = index.ladder.absent(name.value, ingress.meta.folder, near=bool(similar))
    yield ClassOfIngress(
        wanted=name.value,
        anchor=name.anchor,
        owner=ingress,
        verdict=absent if absent.broken and not ingress.meta.patched else Verdict.UNKNOWN,
        near=tuple(Candidate(classes[n][0].meta.anchor, f"IngressClass `{n}`", n) for n in similar[:1]),
        ingress=ingress,
    )


def _annotations(ingress: Ingress, controller: Controller | None) -> Iterator[ControllerAnnotation]:
    if controller not in (Controller.INGRESS_NGINX, Controller.F5_NGINX) or ingress.meta.annotations is None:
        return
    entries = ingress.meta.annotations.entries
    for key, entry in entries.items():
        equivalent = _EQUIVALENTS.get(key)
        meant = next((c for prefix, c in _PREFIXES.items() if key.startswith(prefix)), None)
        if equivalent is None or meant is controller or meant is None:
            continue
        if any(other in entries for other in equivalent.split("` or `")):
            continue
        yield ControllerAnnotation(
            wanted=key,
            anchor=entry.key.anchor,
            owner=ingress,
            verdict=Verdict.CONFLICT,
            ingress=ingress,
            controller=controller,
            equivalent=equivalent,
        )


_NGINX = (Controller.INGRESS_NGINX, Controller.F5_NGINX)


def _protocol(
    ingress: Ingress,
    controller: Controller | None,
    backend: IngressBackend,
    service: Service,
    port: ServicePort,
) -> Iterator[BackendProtocol]:
    """The nginx controllers speak plain HTTP to a backend unless an annotation says otherwise."""
    named_nginx = ingress.class_name is not None and ingress.class_name.value == "nginx"
    if controller not in _NGINX and not (controller is None and named_nginx):
        return
    if any(ingress.meta.annotation(key) is not None for key in _PROTOCOL):
        return
    protocol = spoken(port)
    if protocol is None or backend.port is None:
        return
    yield BackendProtocol(
        wanted=protocol,
        anchor=backend.port.anchor,
        owner=ingress,
        verdict=Verdict.CONFLICT,
        ingress=ingress,
        service=service,
        port=port,
    )


def spoken(port: ServicePort) -> str | None:
    """The protocol other than plain HTTP that a Service port says it speaks."""
    declared = port.app_protocol.value.lower() if port.app_protocol else ""
    name = port.name.value.lower() if port.name else ""
    if declared:
        return (
            "HTTPS" if declared == "https" else "GRPC" if declared in ("grpc", "kubernetes.io/h2c") else None
        )
    if name == "https" or name.startswith("https-"):
        return "HTTPS" if port.number != 80 else None  # noqa: PLR2004
    return "GRPC" if name == "grpc" or name.startswith("grpc-") else None
