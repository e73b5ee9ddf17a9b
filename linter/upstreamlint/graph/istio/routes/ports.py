"""The port of a destination: a port of the Service or ServiceEntry, never of the container."""

from __future__ import annotations

from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references.destinations import MeshPort
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.kubernetes.services.names import other_ports
from upstreamlint.graph.references import Candidate
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.model.kubernetes.service import ServicePort


def broken_port(mesh: Mesh, wire: Wire, parents: list[VirtualService]) -> MeshPort | None:
    """The port that a host does not have; nothing when it has it."""
    found = wire.found
    ports = found.ports
    if not ports:
        return None
    written = wire.destination.port
    if written is None:
        return _omitted(mesh, wire, parents)
    number = integer(written)
    if number in found.clusters or is_placeholder(written.value):
        return None
    service = found.services[0] if found.services else None
    near: tuple[Candidate, ...] = ()
    datagrams = [p for s in found.services for p in s.ports if p.number == number]
    if datagrams:
        near = (Candidate(datagrams[0].anchor, "no cluster is made for a port of UDP", ""),)
    elif service is not None:
        near = other_ports(service, _meant(mesh, service, number) if number is not None else None)
    else:
        only = sum(len(e.ports) for e in found.entries) == 1
        near = tuple(
            Candidate(p.anchor, f"ServiceEntry `{e.title}` has port {p.number}", str(p.number), certain=only)
            for e in found.entries
            for p in e.ports[:3]
        )
    unsure = found.patched or wire.owner.meta.patched
    if service is not None:
        name, space = service.meta.name.value, service.meta.namespace
        unsure = unsure or mesh.index.service_is_ambiguous(
            name, space, wire.owner.meta.folder, lambda s: number is None or s.port(number)
        )
    return MeshPort(
        wanted=written.value,
        anchor=written.anchor,
        owner=wire.owner,
        verdict=Verdict.UNKNOWN if unsure else Verdict.CONFLICT,
        near=near,
        host=wire.host.shown,
        **wire.fields,
    )


def _meant(mesh: Mesh, service: Service, number: int) -> ServicePort | None:
    """The port of a Service that leads to a port of its pods."""
    for port in service.ports:
        if port.target_number == number and port.target is not None:
            return port
        name = port.target_name
        if name is not None and any(
            p.number == number and p.name is not None and p.name.value == name
            for workload in mesh.index.selected(service)
            for container in workload.containers
            for p in container.ports
        ):
            return port
    return None


def _omitted(mesh: Mesh, wire: Wire, parents: list[VirtualService]) -> MeshPort | None:
    """Without a port, a destination gets the port of the listener that the request came in by; it may not have it.

    Sidecars listen on the ports of the hosts that are called. A gateway takes the only port of a host that has one.
    """
    found = wire.found
    own = [p.number for p in wire.alias.ports] if wire.alias is not None else list(found.ports)
    missing: dict[int, str] = {}
    sure = True
    for owner in (wire.owner,) if wire.owner.hosts else parents:
        for name in names_of(owner, wire.written):
            by_mesh = name == MESH and wire.written.protocol == "http"
            if len(own) == 1 and not by_mesh:
                listening = {own[0]: f"port {own[0]} of `{wire.destination.host}`"}
            elif name == MESH:
                listening = _mesh_ports(mesh, wire, owner)
            else:
                listening = _gateway_ports(mesh, owner, name)
            serving = {n for n in found.clusters if n in own or not by_mesh}
            sure = sure and bool(listening) and not listening.keys() & serving
            missing.update({n: where for n, where in listening.items() if n not in serving})
    if not missing:
        return None
    text = ", ".join(str(p) for p in sorted(missing))
    service = found.services[0] if found.services else None
    return MeshPort(
        wanted=text,
        anchor=wire.destination.host.anchor,
        owner=wire.owner,
        verdict=Verdict.UNKNOWN if found.patched or wire.owner.meta.patched else Verdict.CONFLICT,
        near=other_ports(service, None) if service is not None else (),
        host=wire.host.shown,
        omitted=True,
        assumption="" if sure else f"requests come by {next(iter(missing.values()))}",
        **wire.fields,
    )


def _gateway_ports(mesh: Mesh, owner: VirtualService, name: str) -> dict[int, str]:
    """The ports that a gateway listens on for a VirtualService; none when it is not known."""
    found = mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder)
    return {
        n: f"port {n} of Gateway `{g.title}`"
        for g in found
        for s in g.servers
        if (n := integer(s.port)) is not None
    }


def _mesh_ports(mesh: Mesh, wire: Wire, owner: VirtualService) -> dict[int, str]:
    """The ports that sidecars listen on for the hosts of a VirtualService, as far as the route is for them."""
    limits = [integer(m.scalar("port")) for m in wire.written.matches]
    ports: dict[int, str] = {}
    for written in owner.hosts:
        host = mesh.expand(written.value, owner.meta.namespace)
        for number in mesh.registry.find(host, owner.meta.folder).speaking(wire.written.protocol):
            if not limits or None in limits or number in limits:
                ports[number] = f"port {number} of `{host.shown}`"
    return ports
