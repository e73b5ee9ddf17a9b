"""The routes of objects that configure managed programs, and what the Services that they name come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeAlias, TypedDict

from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.evidence import Verdict, is_placeholder, near_names, sole
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.service_names import absent_service, other_ports
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Other, Service, ServicePort, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.model import Backend, Include, ManagedRoute, Named
from upstreamlint.programs.managed.references import IncludeReference, NamedPart
from upstreamlint.values import replace

Link: TypeAlias = Route | Edge | Reference


def link(index: Index) -> Iterator[Link]:
    """Every rule of every such object."""
    for found in index.of(ManagedRoute):
        seen: Counter[str] = Counter()
        for rule in found.rules:
            key = f"{rule.host} {rule.path}"
            seen[key] += 1
            key = f"{key} {seen[key]}" if seen[key] > 1 else key
            route = Route(found.meta.kind, found, rule.host, rule.path, rule.anchor, key)
            yield route
            total = sum(b.weight for b in rule.backends if not b.mirror) or 1
            for backend in rule.backends:
                share = 0.0 if backend.mirror else backend.weight / total
                yield from _backend(index, found, route, backend, share)
        for include in found.includes:
            yield from _included(index, found, include)
        for named in found.named:
            part = _part(index, found, named)
            if part is not None:
                yield part


def _included(index: Index, owner: ManagedRoute, include: Include) -> Iterator[IncludeReference]:
    """Another object of the kind that requests are handed to."""
    written = include.namespace
    namespace = written.value if written is not None else owner.meta.namespace
    others = [o for o in index.of(ManagedRoute) if o.kind is owner.kind and o is not owner]
    named = [o for o in others if o.meta.name.value == include.name.value]
    if any(same_namespace(o.meta.namespace, namespace) for o in named):
        return
    like = near_names(
        include.name.value, {o.meta.name.value for o in others if o.meta.namespace == namespace}
    )
    meant = [*named, *(o for o in others if o.meta.name.value in like[:1])]
    certain = not named and len(like) == 1
    near = tuple(
        Candidate(o.anchor, f"{owner.meta.kind} `{o.title}`", o.meta.name.value, certain=certain)
        for o in meant[:1]
    )
    verdict = index.ladder.absent(include.name.value, owner.meta.folder, near=bool(near))
    yield IncludeReference(
        wanted=f"{namespace}/{include.name}" if namespace else include.name.value,
        anchor=include.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near,
        include=include,
        meant=meant[0] if meant else None,
    )


def _part(index: Index, owner: ManagedRoute, named: Named) -> NamedPart | None:
    """A name that the object itself does not define, or that no object of the kind has; nothing where all is well."""
    name, names = named.name.value, named.names
    if is_placeholder(name) or "@" in name:
        return None
    if names.defined:
        known = {scalar.value: scalar.anchor for scalar in named.known}
    else:
        namespace = named.namespace.value if named.namespace is not None else owner.meta.namespace
        known = {
            o.meta.name.value: o.meta.name.anchor
            for o in (*index.of(Other), *index.of(ManagedRoute))
            if o.meta.kind == names.kind and same_namespace(o.meta.namespace, namespace)
        }
    if name in known:
        return None
    like = near_names(name, known)
    certain = sole(name, like)
    near = tuple(Candidate(known[n], f"{names.what} `{n}`", n, certain=certain) for n in like[:1])
    verdict = (
        Verdict.CONFLICT if names.defined else index.ladder.absent(name, owner.meta.folder, near=bool(near))
    )
    return NamedPart(
        wanted=name,
        anchor=named.name.anchor,
        owner=owner,
        verdict=Verdict.UNKNOWN if owner.meta.patched else verdict,
        near=near,
        named=named,
    )


def _backend(
    index: Index, owner: ManagedRoute, route: Route, backend: Backend, share: float
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
        far = _forbidding(index, owner)
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


def _dial(owner: ManagedRoute, route: Route, backend: Backend, share: float) -> Dial:
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
        protocol=Protocol.TCP if owner.kind.stream else Protocol.UNKNOWN,
        hosts=() if "*" in route.listener or owner.kind.stream else (route.listener,),
        purpose=Purpose.MIRROR if backend.mirror else Purpose.ROUTE,
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
        return
    meant = [_meant(index, owner, service, port.value) for service in services]
    chosen = [one for one in meant if one is not None]
    for found in chosen:
        yield Edge(route, found, backend.service.anchor, text, dial.share)
        spoken = _spoken(owner, backend, found, services)
        yield from judge_ends(index, replace(dial, port=found.number, **spoken), found, found.number)
    open_ended = any(s.type == "ExternalName" or not s.ports or s.meta.patched for s in services)
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
        near=_candidates(owner, services[0], port.value),
        dial=dial,
        facet=Facet.PORT,
        obstacle=Obstacle.NOT_SERVED if owner.kind.port_of == "endpoints" else Obstacle.NOT_ON_SERVICE,
        targets=(services[0],),
        number=dial.port,
    )


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
    return _SPOKEN.get("https" if guessed else backend.spoken, {})


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


def _forbidding(index: Index, owner: ManagedRoute) -> tuple[Candidate, ...]:
    """The program in these files that is not told to take Services of other namespaces; nothing where none is here."""
    flag = owner.kind.crosses
    if not flag:
        return ()
    running = [c for w in index.of(Workload) for c in index.containers(w) if _runs(c.image, owner.kind.by)]
    told = any(flag in word.value.lower() for c in running for word in c.words)
    if not running or told or any(c.part is not None and _configured(c.part.mounts) for c in running):
        return ()
    first = running[0]
    text = f"{owner.kind.by} runs here without `{flag}`"
    return (Candidate(first.anchor, text, ""),)


def _runs(image: object, program: str) -> bool:
    name = str(image or "").partition("@")[0].rpartition("/")[2].partition(":")[0]
    return name == program.lower()


def _configured(mounts: object) -> bool:
    """Whether a file may set what arguments do not."""
    return any("/etc/traefik" in str(getattr(mount, "path", "")) for mount in mounts)  # type: ignore[attr-defined]
