"""Ingress to Service: backends in the Ingress's own namespace, ports by number or name (I1, I2)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.hop import judge
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.ingress_dependencies import dials
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import BackendPort, BackendService, Candidate, Reference
from upstreamlint.graph.service_names import absent_service, other_ports
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal

Link = Route | Edge | Reference

_ACTION_PORT = "use-annotation"
"""The ALB controller's marker: the name is an action of its annotations, not a Service (I3)."""


def link(index: Index) -> Iterator[Link]:
    """The routes of every Ingress, and the Services that they lead to."""
    for ingress in index.of(Ingress):
        for number, backend in enumerate(ingress.backends):
            yield from _backend(index, ingress, backend, number)


def _backend(index: Index, ingress: Ingress, backend: IngressBackend, number: int) -> Iterator[Link]:
    name, port = backend.service, backend.port
    host, path = backend.host or "*", backend.path or "/"
    route = Route("Ingress", ingress, host, path, backend.anchor, f"{number}")
    yield route
    for dial in dials(index, ingress, route):
        yield from judge(index, dial)
    if name is None or (port is not None and port.value == _ACTION_PORT):
        return
    namespace, folder = ingress.meta.namespace, ingress.meta.folder
    services = index.services(name.value, namespace, folder)
    if not services:
        absence = absent_service(index, name.value, namespace, folder)
        yield BackendService(
            wanted=name.value,
            anchor=name.anchor,
            owner=ingress,
            verdict=Verdict.UNKNOWN if ingress.meta.patched else absence.verdict,
            near=absence.near,
            assumption=absence.assumption,
            route=route,
        )
        return
    for service in services:
        yield BackendService(
            wanted=name.value,
            anchor=name.anchor,
            owner=ingress,
            verdict=Verdict.FOUND,
            route=route,
            service=service,
        )
    if port is None:
        return
    chosen = [(s, ingress_port(s, port)) for s in services]
    good = [(s, p) for s, p in chosen if p is not None]
    for service, found in good:
        text = f"Ingress `{ingress.title}` sends {host}{path} to Service `{service.title}`"
        yield Edge(route, found, name.anchor, text)
    if not good:
        unsure = index.service_is_ambiguous(name.value, namespace, folder)
        yield _no_port(ingress, route, services[0], port, unsure=unsure)


def ingress_port(service: Service, port: Scalar) -> ServicePort | None:
    """The port of a Service that a backend names: a number (a digit string too, as controllers read it) or a name."""
    number = decimal(port.value)
    return service.port_named(port.value) if number is None else service.port(number)


def _no_port(ingress: Ingress, route: Route, service: Service, port: Scalar, *, unsure: bool) -> BackendPort:
    by_target = next((p for p in service.ports if _is_target(p, port)), None)
    nginx = ingress.class_name is not None and "nginx" in ingress.class_name.value
    verdict = Verdict.CONFLICT
    open_ended = service.type == "ExternalName" or not service.ports or service.meta.patched
    if unsure or is_placeholder(port.value) or open_ended or ingress.meta.patched:
        verdict = Verdict.UNKNOWN
    near: tuple[Candidate, ...] = other_ports(service, by_target)
    return BackendPort(
        wanted=port.value,
        anchor=port.anchor,
        owner=ingress,
        verdict=verdict,
        near=near,
        route=route,
        service=service,
        port=by_target,
        accepted=by_target is not None and nginx,
    )


def _is_target(candidate: ServicePort, port: Scalar) -> bool:
    return candidate.target is not None and candidate.target.value == port.value
