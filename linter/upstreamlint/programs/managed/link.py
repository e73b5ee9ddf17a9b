"""The routes of objects that configure managed programs, and what the Services that they name come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypedDict

from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.facets.trust import judge_trust
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress_middlewares import middlewares, named
from upstreamlint.graph.kubernetes.service_names import absent_service, other_ports
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Ingress, Service, ServicePort
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed import shards
from upstreamlint.programs.managed.delegation import included
from upstreamlint.programs.managed.foreign import forbidding, foreign
from upstreamlint.programs.managed.model import Backend, ManagedRoute, Rule
from upstreamlint.programs.managed.parts import Parts, asked
from upstreamlint.programs.managed.references import PortOfRoute
from upstreamlint.programs.managed.trusted import believes
from upstreamlint.programs.managed.watched import link as left_alone
from upstreamlint.values import replace

Link: TypeAlias = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """Every rule of every such object; what routes pass on their way is linked with those, and alone where none names it."""
    parts = Parts(index)
    passed = _passed_by_ingresses(index)
    managed = index.of(ManagedRoute)
    for found in managed:
        if not found.kind.part:
            yield from _ruled(index, found, parts, passed)
        yield from included(index, found)
        for one in found.named:
            refused = foreign(index, found, one) or parts.missing(found, one)
            if refused is not None:
                yield refused
    yield from left_alone(index)
    yield from shards.link(index)
    for alone in managed:
        if alone.kind.part and id(alone) not in passed:
            yield from _ruled(index, alone, parts, passed)


def _ruled(index: Index, found: ManagedRoute, parts: Parts, passed: set[int]) -> Iterator[Link]:
    """The routes of an object; what they pass is entered into `passed`."""
    for route, rule in _routes(found):
        yield route
        total = sum(b.weight for b in rule.backends if not b.mirror) or 1
        for backend in rule.backends:
            share = 0.0 if backend.mirror else backend.weight / total
            yield from _backend(index, found, route, backend, share)
        for part in parts.behind(found, rule.parts):
            passed.add(id(part))
            yield from needs(index, part, route)
        for end in parts.behind(found, rule.parts, leading=True):
            passed.add(id(end))
            yield from _ends(index, end, route)


def _routes(found: ManagedRoute) -> Iterator[tuple[Route, Rule]]:
    seen: Counter[str] = Counter()
    for rule in found.rules:
        key = f"{rule.host} {rule.path}"
        seen[key] += 1
        key = f"{key} {seen[key]}" if seen[key] > 1 else key
        yield Route(found.meta.kind, found, rule.host, rule.path, rule.anchor, key), rule


def _passed_by_ingresses(index: Index) -> set[int]:
    """The middlewares that requests of Ingresses pass; they are linked with those."""
    return {id(m) for i in index.of(Ingress) for name in named(i) for m in middlewares(index, name.value)}


def _ends(index: Index, end: ManagedRoute, route: Route) -> Iterator[Link]:
    """The Services of what a route is sent on to."""
    for rule in end.rules:
        total = sum(b.weight for b in rule.backends if not b.mirror) or 1
        for backend in rule.backends:
            share = 0.0 if backend.mirror else backend.weight / total
            yield from _backend(index, end, route, backend, share)


def needs(index: Index, part: ManagedRoute, route: Route) -> Iterator[Link]:
    """What a part of a route needs: its own Services, and what it asks first."""
    for rule in part.rules:
        for backend in rule.backends:
            yield from _backend(index, part, route, backend, None)
    dial = asked(part, route)
    if dial is not None:
        yield from judge(index, dial)


def _backend(
    index: Index, owner: ManagedRoute, route: Route, backend: Backend, share: float | None
) -> Iterator[Link]:
    dial = _dial(owner, route, backend, share)
    written = backend.namespace
    namespace = written.value if written is not None and written.value else owner.meta.namespace
    folder = owner.meta.folder
    services = index.services(backend.service.value, namespace, folder)
    verdict = Verdict.FOUND
    near: tuple[Candidate, ...] = ()
    obstacle: Obstacle | None = None
    assumption = ""
    far: tuple[Candidate, ...] = ()
    if not services:
        absence = absent_service(index, backend.service.value, namespace, folder)
        verdict, near, assumption = absence
        obstacle = Obstacle.UNKNOWN_NAME
    elif written is not None and not same_namespace(namespace, owner.meta.namespace):
        far = forbidding(index, owner.kind)
        if far:
            verdict, obstacle = Verdict.CONFLICT, Obstacle.NOT_PERMITTED
    where = (written or backend.service).anchor if far else backend.service.anchor
    if services and not far and backend.checked is not None and services[0].type != "ExternalName":
        verdict, obstacle, where = Verdict.CONFLICT, Obstacle.NOT_CHECKABLE, backend.checked
        far = (Candidate(services[0].anchor, "this Service is none", ""),)
    yield Judgement(
        wanted=backend.service.value,
        anchor=where,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near or far,
        dial=dial,
        facet=Facet.NAME,
        obstacle=obstacle,
        targets=tuple(services),
        assumption=assumption,
    )
    if services and not far:
        yield from _port(index, owner, route, dial, backend, services)


def _dial(owner: ManagedRoute, route: Route, backend: Backend, share: float | None) -> Dial:
    port = backend.port
    return Dial(
        caller=Caller(program=owner.kind.by, answers_as=owner.kind.answers),
        owner=route,
        route=route,
        host=backend.service.value,
        host_anchor=backend.service.anchor,
        port=decimal(port.value) if port is not None else None,
        port_anchor=(port or backend.service).anchor,
        share=share,
        namespace=backend.namespace.value if backend.namespace is not None else "",
        protocol=Protocol.TCP if owner.kind.stream else Protocol.UNKNOWN,
        hosts=() if "*" in route.listener or owner.kind.stream else (route.listener,),
        purpose=Purpose.DEPENDENCY if share is None else Purpose.MIRROR if backend.mirror else Purpose.ROUTE,
    )


def _port(
    index: Index, owner: ManagedRoute, route: Route, dial: Dial, backend: Backend, services: list[Service]
) -> Iterator[Link]:
    """The port of the Service that a backend means."""
    text = f"{owner.meta.kind} `{owner.title}` sends requests to Service `{services[0].title}`"
    port = backend.port
    if port is None:
        for only in (s.ports[0] for s in services if len(s.ports) == 1):
            yield Edge(route, only, backend.service.anchor, text, dial.share)
        if owner.kind.port_of == "endpoints":
            yield from _undecided(owner, backend, services[0])
        return
    meant = [_meant(index, owner, service, port.value) for service in services]
    chosen = [one for one in meant if one is not None]
    for found in chosen:
        yield Edge(route, found, backend.service.anchor, text, dial.share)
        spoken = _spoken(owner, backend, found, services)
        spoken_to = replace(dial, port=found.number, **spoken)
        faced = list(judge_ends(index, spoken_to, found, found.number))
        yield from faced
        if not faced and spoken_to.tls is not None and believes(index, owner, backend, services):
            yield from judge_trust(index, replace(spoken_to, tls=Tls(public=True)))
    open_ended = any(_open_ended(owner, s) for s in services)
    unsure = index.service_is_ambiguous(
        backend.service.value,
        services[0].meta.namespace,
        owner.meta.folder,
        lambda s: _meant(index, owner, s, port.value),
    )
    if chosen:
        return
    vague = open_ended or unsure or is_placeholder(port.value) or owner.meta.patched
    yield Judgement(
        wanted=port.value,
        anchor=port.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if vague else Verdict.CONFLICT,
        near=_shown(_candidates(owner, services[0], port.value), backend),
        dial=dial,
        facet=Facet.PORT,
        obstacle=Obstacle.NOT_SERVED if owner.kind.port_of == "endpoints" else Obstacle.NOT_ON_SERVICE,
        targets=(services[0],),
        number=dial.port,
    )


def _open_ended(owner: ManagedRoute, service: Service) -> bool:
    """Whether a Service may have a port that it does not list."""
    alias = service.type == "ExternalName"
    return service.meta.patched or (not owner.kind.aliases_too if alias else not service.ports)


def _undecided(owner: ManagedRoute, backend: Backend, service: Service) -> Iterator[PortOfRoute]:
    """Requests that the endpoints of several ports take in turn."""
    ends = {str(p.target or p.number) for p in service.ports if p.protocol == "TCP"}
    if len(ends) > 1:
        patched = owner.meta.patched or service.meta.patched
        yield PortOfRoute(
            wanted=service.title,
            anchor=backend.service.anchor,
            owner=owner,
            verdict=Verdict.UNKNOWN if patched else Verdict.CONFLICT,
            near=_candidates(owner, service, ""),
            service=service,
        )


def _shown(near: tuple[Candidate, ...], backend: Backend) -> tuple[Candidate, ...]:
    """Candidates for a port; where none is written, none takes its place."""
    return tuple(c._replace(instead="") for c in near) if backend.implied else near


class _Spoken(TypedDict, total=False):
    protocol: Protocol
    tls: Tls


_SPOKEN: Mapping[str, _Spoken] = {
    **dict.fromkeys(("", "http", "edge", "false"), _Spoken(protocol=Protocol.HTTP1)),
    **dict.fromkeys(("https", "tls", "true", "reencrypt"), _Spoken(protocol=Protocol.HTTP1, tls=Tls())),
    "h2": _Spoken(protocol=Protocol.HTTP2, tls=Tls()),
    "h2c": _Spoken(protocol=Protocol.HTTP2),
}


def _spoken(owner: ManagedRoute, backend: Backend, port: ServicePort, services: list[Service]) -> _Spoken:
    """What is spoken to a port; nothing where the object's kind does not tell."""
    kind = owner.kind
    told = kind.unless and any(key.startswith(kind.unless) for s in services for key in _annotations(s))
    if kind.stream or not kind.spoken or told:
        return {}
    named = port.name is not None and port.name.value.startswith("https")
    guessed = not backend.spoken and kind.guesses and (named or port.number == _SECURE)
    found = _SPOKEN.get("https" if guessed else backend.spoken, {})
    if found.get("protocol") is Protocol.HTTP1 and kind.by not in _ONE_VERSION:
        return {**found, "protocol": Protocol.HTTP}
    return found


_ONE_VERSION = frozenset({"Traefik", "Contour"})
"""Who speaks HTTP/1.1 unless the field says otherwise; others have a field of their own for gRPC, or go by the Service's."""


_SECURE = 443


def _annotations(service: Service) -> Iterator[str]:
    return iter(service.meta.annotations.entries if service.meta.annotations else ())


def _meant(index: Index, owner: ManagedRoute, service: Service, written: str) -> ServicePort | None:
    number = decimal(written)
    if owner.kind.port_of == "endpoints":
        return next((p for p in service.ports if _served_as(index, service, p, written)), None)
    if number is not None:
        return service.port(number)
    return None if owner.kind.port_number else service.port_named(written)


def _served_as(index: Index, service: Service, port: ServicePort, written: str) -> bool:
    """Whether the endpoints of a port have a name, or a number: the pods' own."""
    from upstreamlint.graph.kubernetes.serving import pod_port

    number = decimal(written)
    if number is None:
        return port.name is not None and port.name.value == written
    workloads = index.selected(service)
    served = {pod_port(w, port) for w in workloads} if workloads else {port.target_number, None}
    return number in served or None in served


def _candidates(owner: ManagedRoute, service: Service, written: str) -> tuple[Candidate, ...]:
    if owner.kind.port_of != "endpoints":
        meant = next((p for p in service.ports if p.target is not None and p.target.value == written), None)
        return other_ports(service, meant)
    likely = _alike(service, written) or (list(service.ports) if len(service.ports) == 1 else [])
    shown = [*likely, *(p for p in service.ports if p not in likely)]
    return tuple(
        Candidate(
            p.anchor,
            f"its endpoints serve {p.target or p.number}",
            str(p.name or p.target or p.number) if p in likely else "",
        )
        for p in shown[:3]
    )


def _alike(service: Service, written: str) -> list[ServicePort]:
    """The ports of a name that comes near the one that is written, or of a number that is in it: `8025-tcp`."""
    names = near_names(written, [p.name.value for p in service.ports if p.name is not None])
    numbers = {number for part in written.split("-") if (number := decimal(part)) is not None}
    return [
        p
        for p in service.ports
        if (p.name is not None and p.name.value in names) or {p.number, p.target_number} & numbers
    ]
