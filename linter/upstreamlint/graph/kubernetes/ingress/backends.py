"""Ingress to Service: backends in the Ingress's own namespace, ports by number or name (I1, I2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from upstreamlint.documents import Scalar
from upstreamlint.facets.backend import Names, found, missing, no_port
from upstreamlint.facets.dial import Caller, Dial, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Judgement
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress.dependencies import dials
from upstreamlint.graph.kubernetes.ingress.middlewares import middlewares, named
from upstreamlint.graph.kubernetes.ingress.spoken import Spoken, spoken
from upstreamlint.graph.kubernetes.services.aliases import lacking
from upstreamlint.graph.kubernetes.services.names import Absence, absent_service, spaced_apart
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import Ingress, Service
from upstreamlint.model.kubernetes.ingress import IngressBackend
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.controllers import Classes, Controller, annotated_for
from upstreamlint.source import Anchor
from upstreamlint.values import replace

Link = Route | Edge | Reference

_ACTION_PORT = "use-annotation"
"""The ALB controller's marker: the name is an action of its annotations, not a Service (I3)."""


def link(index: Index) -> Iterator[Link]:
    """The routes of every Ingress, and the Services that they lead to."""
    mains, controllers = _mains(index), Classes(index)
    for ingress in index.of(Ingress):
        for number, backend in enumerate(ingress.backends):
            for item in _backend(index, ingress, backend, number, controllers):
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


def _backend(
    index: Index, ingress: Ingress, backend: IngressBackend, number: int, controllers: Classes
) -> Iterator[Link]:
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
    controller = controllers.controller(ingress)
    by_istio = controller is Controller.ISTIO
    likely = controller or annotated_for(ingress)
    by = _istio(port) if by_istio else f"Ingress ({likely})" if likely is not None else ""
    told = spoken(index, ingress, services[0] if services else None, None, by_istio=by_istio)
    names = Names(owner=ingress, dial=_dial(ingress, route, name, port, told, by), vague=ingress.meta.patched)
    absence = spaced_apart(index, services, ingress.meta, namespace)
    if absence is not None or not services:
        absence = absence or absent_service(index, name.value, namespace, folder)
        yield missing(names, absence, _remedy(absence))
        return
    yield found(names, tuple(services))
    if port is None:
        return
    chosen = [(s, ingress_port(s, port)) for s in services]
    good = [(s, p) for s, p in chosen if p is not None]
    if len(services) == 1 and services[0].type == "ExternalName":
        yield from _through_alias(index, names, ingress, controller, services[0], chosen[0][1], port)
    for service, one in good:
        text = f"Ingress `{ingress.title}` sends {host}{path} to Service `{service.title}`"
        yield Edge(route, one, name.anchor, text)
        told = spoken(index, ingress, service, one, by_istio=by_istio)
        dial = _dial(ingress, route, name, port, told, by)
        # Controllers take TLS from the number or the name of a port, too; `backend_protocols` judges those that do not.
        secure = dial.tls is not None
        yield from judge_ends(index, dial, one, one.number, stated=secure, shown=secure)
    if not good:
        unsure = is_placeholder(port.value) or index.service_is_ambiguous(
            name.value, namespace, folder, lambda s: ingress_port(s, port)
        )
        known = replace(names, vague=names.vague or unsure)
        aliases = controller is Controller.HAPROXY
        yield _no_port(known, ingress, services[0], port, aliases=aliases)


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


def _istio(port: Scalar | None) -> str:
    """What the table of answers knows Istio's gateway by: istiod leaves out a path whose port it finds no number for."""
    return "Istio" if port is not None and decimal(port.value) is not None else "Istio (by name)"


def _dial(
    ingress: Ingress, route: Route, name: Scalar, port: Scalar | None, told: Spoken, by: str = ""
) -> Dial:
    return Dial(
        caller=Caller(program="Ingress", answers_as=by or told.by),
        owner=route,
        route=route,
        host=name.value,
        host_anchor=name.anchor,
        port=decimal(port.value) if port is not None else None,
        port_anchor=(port or name).anchor,
        protocol=told.protocol,
        protocol_anchor=told.anchor,
        tls=Tls() if told.secure else None,
        on_behalf=f"Ingress `{ingress.title}`",
        hosts=() if "*" in route.listener or _renames(ingress) else (route.listener,),
        ended=_ended(ingress, route.listener),
    )


_CERTIFIED = (
    "alb.ingress.kubernetes.io/certificate-arn",
    "networking.gke.io/managed-certificates",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
)
"""Annotations that name the certificate of a load balancer."""


def _ended(ingress: Ingress, host: str) -> Anchor | None:
    """Where the TLS of clients ends who ask for a host; nothing where it is passed on."""
    entries = ingress.meta.annotations.entries if ingress.meta.annotations is not None else {}
    if any(key.endswith("/ssl-passthrough") for key in entries):
        return None
    named = next((entries[key].key.anchor for key in _CERTIFIED if key in entries), None)
    return ingress.secured(host) or named


def _renames(ingress: Ingress) -> bool:
    """Whether an annotation may change the Host, or have another server speak for the backend."""
    annotations = ingress.meta.annotations.entries if ingress.meta.annotations else {}
    return any("host" in key or "snippet" in key or "service-upstream" in key for key in annotations)


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


_BY_TARGET = frozenset({Controller.INGRESS_NGINX, Controller.HAPROXY_INGRESS})
"""Controllers that dial the `targetPort` of an ExternalName Service."""


def _through_alias(
    index: Index,
    names: Names,
    ingress: Ingress,
    controller: Controller | None,
    service: Service,
    port: ServicePort | None,
    written: Scalar,
) -> Iterator[Judgement]:
    """The port of the Service that an ExternalName stands for: of all numbers that may be dialled, it must have one."""
    number = decimal(written.value) if port is None else port.number
    target = number if port is None or port.target is None else port.target_number
    nginx = controller is None and ingress.class_name is not None and ingress.class_name.value == "nginx"
    dialled = {target} if nginx or controller in _BY_TARGET else {target, number}
    lost = lacking(index, service, dialled)
    if lost is None or (port is None and service.ports):
        return
    other, near = lost
    found = no_port(names, other, str(target), None)
    by_target = port is not None and port.target is not None and target != number
    anchor = port.target.anchor if by_target and port is not None and port.target is not None else None
    far = ((service.anchor, f"an alias for Service `{other.title}`"),)
    sure = "" if {target, number} == dialled or not nginx else "the controller is ingress-nginx"
    yield replace(
        found, near=near, anchor=anchor or found.anchor, number=target, far_end=far, assumption=sure
    )


def _no_port(
    names: Names, ingress: Ingress, service: Service, port: Scalar, *, aliases: bool = False
) -> Judgement:
    meant = next((p for p in service.ports if _is_target(p, port)), None)
    nginx = ingress.class_name is not None and "nginx" in ingress.class_name.value
    accepted = meant is not None and nginx
    rest = "the controller is not ingress-nginx, which accepts the target port" if accepted else ""
    remedy = _by_name(service, port, meant)
    found = no_port(names, service, port.value, meant, assumption=rest, remedy=remedy, aliases=aliases)
    if not accepted:
        return found
    other = replace(found.dial.caller, answers_as=_ANOTHER)
    return replace(found, dial=replace(found.dial, caller=other))


_ANOTHER = "Ingress (not ingress-nginx)"
"""What the table of answers calls a controller of which this alone is said."""


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
