"""Services without a selector: endpoints that are written by hand, and names that stand for others (S2-S4, S12)."""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.aliases import cluster_name
from upstreamlint.graph.kubernetes.services.names import missing_service
from upstreamlint.graph.likeness import near_names
from upstreamlint.graph.nodes import Edge
from upstreamlint.graph.references import (
    Candidate,
    EndpointsPort,
    ExternalTarget,
    OverwrittenEndpoints,
    Reference,
    WrittenEndpoints,
)
from upstreamlint.model.kubernetes import Endpoints, Labels, Service, Workload
from upstreamlint.model.kubernetes.nearest import same_namespace
from upstreamlint.model.kubernetes.service import EndpointPort, ServicePort
from upstreamlint.places.address import is_address


def link(index: Index) -> Iterator[Edge | Reference]:
    """The endpoints of every Service that has no selector, and where ExternalNames lead."""
    for service in index.of(Service):
        if service.type == "ExternalName":
            if service.external_name is not None:
                yield from _external(index, service, service.external_name)
        elif service.selector is None:
            yield from _written(index, service)
        else:
            yield from _overwritten(index, service, service.selector)


def _written(index: Index, service: Service) -> Iterator[Reference]:
    found = index.endpoints(service)
    full = [e for e in found if e.addresses]
    near = tuple(Candidate(e.anchor, "no address here is ready", "") for e in found)
    misspelt = [] if found else _misspelt(index, service)
    if misspelt:
        verdict, near = Verdict.NEAR_MISS, tuple(misspelt)
    elif found:
        verdict = Verdict.FOUND if full else Verdict.CONFLICT
    else:
        verdict = index.ladder.absent(service.meta.name.value, service.meta.folder, near=False, own=True)
    meant = _namesake(index, service) if not found and verdict is Verdict.EXTERNAL else None
    if meant is not None:
        text = f"`{meant.title}` has its name and its ports, and nothing selects its pods"
        verdict, near = Verdict.NEAR_MISS, (Candidate(meant.anchor, text, ""),)
    made = index.makers.of_service(service.meta.name.value, service.meta.namespace)
    if service.meta.patched or made or _spans_clusters(service):
        verdict = Verdict.UNKNOWN
    yield WrittenEndpoints(
        wanted=service.title,
        anchor=service.anchor,
        owner=service,
        verdict=verdict,
        near=near,
        service=service,
        meant=meant,
    )
    for port in service.ports if full else ():
        yield _port(service, port, full)


def _namesake(index: Index, service: Service) -> Workload | None:
    """The workload beside a Service that has its name and serves its ports, where no Service selects its pods."""
    here = [
        w
        for w in index.workloads_named(service.meta.name.value, service.meta.namespace)
        if w.meta.folder == service.meta.folder and not w.finishes and not w.meta.patched
    ]
    if len(here) != 1 or index.selecting(here[0]) or not service.ports:
        return None
    ports = [p for c in here[0].containers for p in c.ports]
    known = {p.number for p in ports} | {p.name.value for p in ports if p.name is not None}
    served = all((p.target_name or p.target_number) in known for p in service.ports)
    return here[0] if served else None


_OF_MESHES = ("service.cilium.io/", "io.cilium/", "mirror.linkerd.io/", "multicluster.")


def _spans_clusters(service: Service) -> bool:
    """Whether the endpoints come from other clusters: Cilium's global Services, Linkerd's mirrors, imports of MCS."""
    annotations, labels = service.meta.annotations, service.meta.labels
    keys = [*(annotations.entries if annotations else ()), *(labels.entries if labels else ())]
    return any(key.startswith(_OF_MESHES) for key in keys)


def _overwritten(index: Index, service: Service, selector: Labels) -> Iterator[OverwrittenEndpoints]:
    """The Endpoints of a Service with a selector, which its controller writes; EndpointSlices stand beside its own."""
    for written in index.endpoints(service):
        if written.meta.kind != "Endpoints" or not written.addresses or written.of_pods:
            continue
        # Of two files one may be put in place of the other: a Service with a selector, or one without.
        beside = index.ladder.whole or written.meta.anchor.source is service.anchor.source
        unsure = service.meta.patched or written.meta.patched or is_placeholder(service.meta.name.value)
        text = "the controller of Endpoints writes the pods that this selects"
        yield OverwrittenEndpoints(
            wanted=str(written.addresses[0]),
            anchor=service.anchor,
            owner=written,
            verdict=Verdict.CONFLICT if beside and not unsure else Verdict.UNKNOWN,
            near=(
                Candidate(written.addresses[0].anchor, "no request gets here", ""),
                Candidate(selector.anchor, text, ""),
            ),
            service=service,
            workloads=index.selected(service),
        )


def _misspelt(index: Index, service: Service) -> list[Candidate]:
    """Endpoints of the folder that name a Service which is nowhere, and must mean this one."""
    name, meta = service.meta.name.value, service.meta
    beside = {
        e.service.value: e
        for e in index.of(Endpoints)
        if e.meta.folder == meta.folder
        and same_namespace(e.meta.namespace, meta.namespace)
        and not index.services(e.service.value, e.meta.namespace, e.meta.folder)
    }
    text = f"these endpoints name a Service that is not there, and `{name}` is similar"
    return [Candidate(beside[n].service.anchor, text, name) for n in near_names(name, beside)[:1]]


def _port(service: Service, port: ServicePort, found: list[Endpoints]) -> EndpointsPort:
    """Hand-written endpoints serve a Service port of the same *name*; the number is theirs (S4)."""
    name = port.name.value if port.name else ""
    protocol = port.protocol
    ports = [(e, p) for e in found for p in e.ports]
    match = next(((e, p) for e, p in ports if p.name == name), None)
    if match is not None or not ports:
        endpoints, candidate = match if match is not None else (found[0], None)
        verdict = Verdict.FOUND if match is not None else Verdict.CONFLICT
        anchor = port.anchor
    else:
        endpoints, candidate = _meant(name, port, ports)
        verdict = Verdict.CONFLICT
        anchor = candidate.written.anchor if candidate.written is not None else candidate.anchor
    if (name and is_placeholder(name)) or service.meta.patched:
        verdict = Verdict.UNKNOWN
    near: tuple[Candidate, ...] = ()
    if verdict is Verdict.CONFLICT:
        where = port.name.anchor if port.name else port.written.anchor
        text = (
            f"port {port.number} of the Service is named `{name}`"
            if name
            else f"port {port.number} has no name"
        )
        near = (Candidate(where, f"{text} ({protocol})" if protocol != "TCP" else text, name),)
    return EndpointsPort(
        wanted=name,
        anchor=anchor,
        owner=endpoints,
        verdict=verdict,
        near=near,
        service=service,
        port=port,
        endpoints=endpoints,
        candidate=candidate,
    )


def _meant(
    name: str, port: ServicePort, ports: list[tuple[Endpoints, EndpointPort]]
) -> tuple[Endpoints, EndpointPort]:
    similar = near_names(name, [p.name for _, p in ports]) if name else []
    numbers = (port.target_number, port.number)
    for endpoints, candidate in ports:
        if candidate.name in similar[:1] or candidate.number in numbers:
            return endpoints, candidate
    return ports[0]


def _external(index: Index, service: Service, name: Scalar) -> Iterator[Edge | Reference]:
    """An ExternalName is a CNAME: an address is none, and a name of the cluster leads to another Service (S12)."""
    loop: tuple[Service, ...] = ()
    near: tuple[Candidate, ...] = ()
    verdict = Verdict.FOUND
    if is_address(name.value):
        verdict = Verdict.CONFLICT
    else:
        target = cluster_name(name.value)
        if target is not None:
            found = [
                other
                for other in index.services(*target, service.meta.folder)
                if other is not service or _is_in(service, target[1])
            ]
            for other in found:
                text = f"ExternalName `{service.title}` stands for it"
                yield Edge(service, other, name.anchor, text)
                for port in service.ports:
                    if (same := other.port(port.number)) is not None:
                        yield Edge(port, same, name.anchor, text)
            loop = _loop(index, service)
            if loop:
                verdict = Verdict.CONFLICT
            elif found:
                verdict = Verdict.FOUND
            else:
                verdict, near = missing_service(index, *target, service.meta.folder)
                if near and near[0].anchor == service.anchor:
                    # What it stands for is not itself.
                    verdict, near = Verdict.EXTERNAL, ()
    yield ExternalTarget(
        wanted=name.value,
        anchor=name.anchor,
        owner=service,
        verdict=Verdict.UNKNOWN if service.meta.patched else verdict,
        near=near,
        service=service,
        loop=loop,
    )


def _loop(index: Index, service: Service) -> tuple[Service, ...]:
    """The Services that an ExternalName leads through before it comes back to itself."""
    path: list[Service] = []
    current = service
    while current.external_name is not None and current.type == "ExternalName":
        target = cluster_name(current.external_name.value)
        found = index.services(*target, current.meta.folder) if target else []
        if len(found) != 1 or found[0] in path:
            return ()
        current = found[0]
        path.append(current)
        if current is service:
            return tuple(path) if len(path) > 1 or (target and _is_in(service, target[1])) else ()
    return ()


def _is_in(service: Service, namespace: str) -> bool:
    """Whether a Service is written to be in a namespace: one that names none is put where somebody says."""
    return service.meta.namespace == namespace
