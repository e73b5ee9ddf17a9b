"""The ports of Services that routes of managed programs mean, and what is spoken there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.facets.dial import Dial, Protocol, Tls
from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.facets.trust import judge_trust
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.names import other_ports
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import Service, ServicePort
from upstreamlint.numerals import decimal
from upstreamlint.programs.managed.model import Backend, ManagedRoute
from upstreamlint.programs.managed.references import PortOfRoute
from upstreamlint.programs.managed.trusted import believes, certified_by_cluster
from upstreamlint.typed import TypeAlias, TypedDict
from upstreamlint.values import replace

Link: TypeAlias = Edge | Reference


def port_of(
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
        unbelieved = None if faced else certified_by_cluster(owner, backend, services, spoken_to)
        if unbelieved is not None:
            yield unbelieved
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


_STREAMS: Mapping[str, _Spoken] = dict.fromkeys(("tls", "h2"), _Spoken(tls=Tls()))
"""What is put around the bytes of a stream: contour, internal/dag/httpproxy_processor.go, `processHTTPProxyTCPProxy`."""


def _spoken(owner: ManagedRoute, backend: Backend, port: ServicePort, services: list[Service]) -> _Spoken:
    """What is spoken to a port; nothing where the object's kind does not tell."""
    kind = owner.kind
    told = kind.unless and any(key.startswith(kind.unless) for s in services for key in _annotations(s))
    if kind.stream or not kind.spoken or told:
        return {}
    if backend.stream:
        return _STREAMS.get(backend.spoken, {})
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
    from upstreamlint.graph.kubernetes.services.serving import pod_port

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
