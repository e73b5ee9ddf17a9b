"""The routes of objects that configure managed programs, and what the Services that they name come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose
from upstreamlint.facets.hop import judge
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.ingress.middlewares import middlewares, named
from upstreamlint.graph.kubernetes.services.names import absent_service, spaced_apart
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.gateway_api import BackendRef, GatewayRoute
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed import shards
from upstreamlint.programs.managed.delegation import ignored, included
from upstreamlint.programs.managed.foreign import forbidding, foreign
from upstreamlint.programs.managed.model import Backend, ManagedRoute, Rule
from upstreamlint.programs.managed.parts import Parts, asked
from upstreamlint.programs.managed.ports import port_of
from upstreamlint.programs.managed.watched import link as left_alone
from upstreamlint.typed import TypeAlias

Link: TypeAlias = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """Every rule of every such object; what routes pass on their way is linked with those, and alone where none names it."""
    parts = Parts(index)
    passed = _passed_by_ingresses(index) | {id(m) for m in held_by_routes(index)}
    managed = index.of(ManagedRoute)
    for found in managed:
        if not found.kind.part:
            yield from _ruled(index, found, parts, passed)
        yield from included(index, found)
        for one in found.named:
            refused = foreign(index, found, one) or parts.missing(found, one)
            if refused is not None:
                yield refused
    yield from ignored(index)
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
            yield from ends_of(index, end, route)


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


def held_by_routes(index: Index) -> Iterator[ManagedRoute]:
    """The backends of routes of the Gateway API that are objects; they are linked with those."""
    for route in index.of(GatewayRoute):
        for ref in (b for rule in route.rules for b in rule.backends):
            found = held(index, ref, route.meta.folder)
            if found is not None:
                yield found


def held(index: Index, ref: BackendRef, folder: str) -> ManagedRoute | None:
    """The object of a controller that is a backend."""
    if ref.kind == "Service":
        return None
    there = [
        m
        for m in index.of(ManagedRoute)
        if m.kind.part
        and (m.meta.group, m.meta.kind, m.meta.name.value) == (ref.group, ref.kind, ref.name.value)
        and same_namespace(m.meta.namespace, ref.namespace)
    ]
    found = nearest(there, folder)
    return found[0] if found else None


def ends_of(index: Index, end: ManagedRoute, route: Route, part: float = 1.0) -> Iterator[Link]:
    """The Services of what a part of a route's requests is sent on to."""
    for rule in end.rules:
        total = sum(b.weight for b in rule.backends if not b.mirror) or 1
        for backend in rule.backends:
            share = 0.0 if backend.mirror else part * backend.weight / total
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
    absence = spaced_apart(index, services, owner.meta, namespace)
    if absence is not None or not services:
        absence = absence or absent_service(index, backend.service.value, namespace, folder)
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
    if services and absence is None and not far:
        yield from port_of(index, owner, route, dial, backend, services)


def _dial(owner: ManagedRoute, route: Route, backend: Backend, share: float | None) -> Dial:
    port, stream = backend.port, owner.kind.stream or backend.stream
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
        protocol=Protocol.TCP if stream else Protocol.UNKNOWN,
        hosts=() if "*" in route.listener or stream else (route.listener,),
        purpose=Purpose.DEPENDENCY if share is None else Purpose.MIRROR if backend.mirror else Purpose.ROUTE,
        ended=owner.ended,
    )
