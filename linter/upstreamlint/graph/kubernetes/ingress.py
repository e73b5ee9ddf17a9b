"""Ingress to Service: backends in the Ingress's own namespace, ports by number or name (I1, I2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.backend import Names, found, missing, no_port
from upstreamlint.facets.dial import Caller, Dial, Protocol, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress_dependencies import dials
from upstreamlint.graph.kubernetes.ingress_middlewares import middlewares, named
from upstreamlint.graph.kubernetes.service_names import Absence, absent_service
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.values import replace

Link = Route | Edge | Reference

_ACTION_PORT = "use-annotation"
"""The ALB controller's marker: the name is an action of its annotations, not a Service (I3)."""


def link(index: Index) -> Iterator[Link]:
    """The routes of every Ingress, and the Services that they lead to."""
    mains = _mains(index)
    for ingress in index.of(Ingress):
        for number, backend in enumerate(ingress.backends):
            for item in _backend(index, ingress, backend, number):
                yield item
                if isinstance(item, Route) and ingress.meta.annotation(_CANARY) == "true":
                    yield from _beside(
                        item, mains.get((ingress.meta.namespace, backend.host, backend.path), ())
                    )


_CANARY = "nginx.ingress.kubernetes.io/canary"


def _mains(index: Index) -> dict[tuple[str, str, str], list[ServicePort]]:
    """What Ingresses that are no canaries lead to, by namespace, host and path."""
    found: dict[tuple[str, str, str], list[ServicePort]] = defaultdict(list)
    if not any(i.meta.annotation(_CANARY) == "true" for i in index.of(Ingress)):
        return found
    for ingress in index.of(Ingress):
        if ingress.meta.annotation(_CANARY) == "true":
            continue
        for backend in ingress.backends:
            if backend.service is None or backend.port is None:
                continue
            for service in index.services(backend.service.value, ingress.meta.namespace, ingress.meta.folder):
                port = ingress_port(service, backend.port)
                if port is not None:
                    found[ingress.meta.namespace, backend.host, backend.path].append(port)
    return found


def _beside(route: Route, mains: Iterable[ServicePort]) -> Iterator[Edge]:
    """ingress-nginx answers 503 for a canary, too, when its main backend has no endpoints."""
    for port in mains:
        yield Edge(route, port, route.anchor, f"a canary of what Service `{port.service_title}` serves")


def _backend(index: Index, ingress: Ingress, backend: IngressBackend, number: int) -> Iterator[Link]:
    name, port = backend.service, backend.port
    host, path = backend.host or "*", backend.path or "/"
    route = Route("Ingress", ingress, host, path, backend.anchor, f"{number}")
    yield route
    for dial in dials(index, ingress, route):
        yield from judge(index, dial)
    yield from _through(index, ingress, route)
    if name is None or (port is not None and port.value == _ACTION_PORT):
        return
    namespace, folder = ingress.meta.namespace, ingress.meta.folder
    services = index.services(name.value, namespace, folder, ingress.meta.anchor.source)
    names = Names(owner=ingress, dial=_dial(ingress, route, name, port), vague=ingress.meta.patched)
    if not services:
        absence = absent_service(index, name.value, namespace, folder)
        yield missing(names, absence, _remedy(absence))
        return
    yield found(names, tuple(services))
    if port is None:
        return
    chosen = [(s, ingress_port(s, port)) for s in services]
    good = [(s, p) for s, p in chosen if p is not None]
    for service, one in good:
        text = f"Ingress `{ingress.title}` sends {host}{path} to Service `{service.title}`"
        yield Edge(route, one, name.anchor, text)
        if (
            service.meta.annotation(_ALB) is not None
            or service.meta.annotation(f"{_ALB}-version") is not None
        ):
            continue
        # Controllers take TLS from the number or the name of a port, too; `backend_protocols` judges those that do not.
        told = names.dial.tls is not None
        yield from judge_ends(index, names.dial, one, one.number, stated=told, shown=told)
    if not good:
        unsure = is_placeholder(port.value) or index.service_is_ambiguous(
            name.value, namespace, folder, lambda s: ingress_port(s, port)
        )
        yield _no_port(replace(names, vague=names.vague or unsure), ingress, services[0], port)


def _through(index: Index, ingress: Ingress, route: Route) -> Iterator[Link]:
    """What the middlewares need that an Ingress names for Traefik."""
    names = tuple(named(ingress))
    if not names:
        return
    from upstreamlint.programs.managed.link import needs
    from upstreamlint.programs.managed.model import ManagedRoute

    for name in names:
        for middleware in middlewares(index, name.value):
            if isinstance(middleware, ManagedRoute):
                yield from needs(index, middleware, route)


def _dial(ingress: Ingress, route: Route, name: Scalar, port: Scalar | None) -> Dial:
    protocol, secure = _spoken(ingress)
    return Dial(
        caller=Caller(program="Ingress"),
        owner=route,
        route=route,
        host=name.value,
        host_anchor=name.anchor,
        port=decimal(port.value) if port is not None else None,
        port_anchor=(port or name).anchor,
        protocol=protocol,
        tls=Tls() if secure else None,
        on_behalf=f"Ingress `{ingress.title}`",
        hosts=() if "*" in route.listener or _renames(ingress) else (route.listener,),
    )


def _renames(ingress: Ingress) -> bool:
    """Whether an annotation may change the Host, or have another server speak for the backend."""
    annotations = ingress.meta.annotations.entries if ingress.meta.annotations else {}
    return any("host" in key or "snippet" in key or "service-upstream" in key for key in annotations)


_BACKEND_PROTOCOL = "nginx.ingress.kubernetes.io/backend-protocol"
_PROTOCOLS = {
    "HTTP": (Protocol.HTTP1, False),
    "HTTPS": (Protocol.HTTP1, True),
    "GRPC": (Protocol.GRPC, False),
    "GRPCS": (Protocol.GRPC, True),
    "FCGI": (Protocol.FASTCGI, False),
}
"""What ingress-nginx makes of its annotation (docs: annotations, Backend Protocol), and whether it opens TLS."""
_ALB = "alb.ingress.kubernetes.io/backend-protocol"
_VERSIONS = {"HTTP2": Protocol.HTTP2, "GRPC": Protocol.GRPC}
"""What an ALB makes of its annotations (AWS Load Balancer Controller, guide: annotations, Traffic Routing)."""
_SAYS = ("protocol", "grpc", "ssl-passthrough", "ssl-services", "server-ssl", "secure", "fastcgi")


def _spoken(ingress: Ingress) -> tuple[Protocol, bool]:
    """What the backends are spoken to in, and whether over TLS; unknown where another annotation says it."""
    annotations = ingress.meta.annotations.values if ingress.meta.annotations else {}
    saying = [key for key in annotations if any(word in key for word in _SAYS) and "healthcheck" not in key]
    if not saying:
        return Protocol.HTTP1, False
    if all(key.startswith(_ALB) for key in saying):
        version = _VERSIONS.get(annotations.get(f"{_ALB}-version", ""), Protocol.HTTP1)
        return version, annotations.get(_ALB) == "HTTPS"
    told = annotations.get(_BACKEND_PROTOCOL, "").upper()
    return _PROTOCOLS.get(told, (Protocol.UNKNOWN, False)) if len(saying) == 1 else (Protocol.UNKNOWN, False)


def _remedy(absence: Absence) -> str:
    """An Ingress takes a Service of its own namespace only, so a longer name does not help."""
    there = absence.near[0].instead if absence.near else ""
    namespace = there.partition(".")[2].partition(".")[0]
    if not namespace:
        return ""
    return (
        f"move the Ingress to namespace `{namespace}`, or add an ExternalName Service for `{there}` beside it"
    )


def ingress_port(service: Service, port: Scalar) -> ServicePort | None:
    """The port of a Service that a backend names: a number (a digit string too, as controllers read it) or a name."""
    number = decimal(port.value)
    return service.port_named(port.value) if number is None else service.port(number)


def _no_port(names: Names, ingress: Ingress, service: Service, port: Scalar) -> Judgement:
    meant = next((p for p in service.ports if _is_target(p, port)), None)
    nginx = ingress.class_name is not None and "nginx" in ingress.class_name.value
    accepted = meant is not None and nginx
    rest = "the controller is not ingress-nginx, which accepts the target port" if accepted else ""
    return no_port(names, service, port.value, meant, assumption=rest, remedy=_by_name(service, port, meant))


def _by_name(service: Service, port: Scalar, meant: ServicePort | None) -> str:
    """A port that was given by name is mended by name, where the Service's port has one."""
    likely = meant or (service.ports[0] if service.ports else None)
    if decimal(port.value) is not None or likely is None:
        return ""
    return (
        f"use the name `{likely.name}`" if likely.name else f"use `number: {likely.number}` instead of a name"
    )


def _is_target(candidate: ServicePort, port: Scalar) -> bool:
    return candidate.target is not None and candidate.target.value == port.value
