"""Destinations of VirtualServices as hops: a host that nobody has, and a port that it does not have."""

from __future__ import annotations

from upstreamlint.documents import Scalar
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.judgement import Facet, Judgement, Obstacle
from upstreamlint.graph.istio.names import MESH as MESH_GATEWAY
from upstreamlint.graph.istio.references.destinations import HostFault, MeshHost, MeshPort, MeshReference
from upstreamlint.graph.istio.routes.wire import Wire
from upstreamlint.graph.references import Reference
from upstreamlint.model.kubernetes import ServicePort

MESH, MESH_STREAM = "Istio", "Istio (streams)"
"""Who answers, for the table of answers: a proxy of the mesh, and one that only passes bytes on."""


def hop(reference: Reference) -> Reference:
    """A reference of a destination as a judgement, where it is about a name or port as every other; else as it is.

    Copies of requests, and hosts that istiod reads otherwise than they are meant, have faults of their own.
    """
    if not isinstance(reference, MeshHost | MeshPort) or reference.mirror:
        return reference
    if isinstance(reference, MeshPort):
        return _judgement(reference, Facet.PORT, Obstacle.NOT_ON_SERVICE, _port_remedy(reference))
    if reference.fault is not HostFault.MISSING:
        return reference
    meant = reference.near[0].instead if reference.near else ""
    return _judgement(
        reference,
        Facet.NAME,
        Obstacle.UNKNOWN_NAME,
        f"use `{meant}`" if meant else "use the full name of a Service, or add a ServiceEntry",
    )


def http_dial(wire: Wire, port: ServicePort) -> Dial:
    """A destination that is there, as it is dialled for HTTP."""
    host = wire.destination.host
    sent = sent_hosts(wire)
    return Dial(
        caller=Caller(program=MESH),
        owner=wire.target,
        route=wire.route,
        host=host.value,
        host_anchor=host.anchor,
        port=port.number,
        port_anchor=host.anchor,
        share=1.0 if wire.share else 0.0,
        protocol=Protocol.HTTP,
        with_tls=" (a DestinationRule with `tls.mode: SIMPLE`)",
        on_behalf=f"VirtualService `{wire.owner.title}`",
        hosts=tuple(h.value for h in sent),
        hosts_anchor=sent[0].anchor if sent else None,
    )


def sent_hosts(wire: Wire) -> tuple[Scalar, ...]:
    """The Hosts that a route sends: the one that it writes, or those that come to its gateways; none where others may come."""
    if wire.written.authority is not None:
        return (wire.written.authority,)
    names = (*wire.owner.gateways, *wire.written.gateways)
    inside = not names or any(name.value == MESH_GATEWAY for name in names)
    open_ended = any("*" in host.value or "." not in host.value for host in wire.owner.hosts)
    return () if inside or open_ended else wire.owner.hosts


def _judgement(reference: MeshHost | MeshPort, facet: Facet, obstacle: Obstacle, remedy: str) -> Judgement:
    return Judgement(
        wanted=reference.wanted,
        anchor=reference.anchor,
        owner=reference.owner,
        verdict=reference.verdict,
        near=reference.near,
        dial=_dial(reference),
        facet=facet,
        obstacle=obstacle,
        assumption=reference.assumption,
        remedy=remedy,
    )


def _dial(reference: MeshReference) -> Dial:
    streams = not reference.route.key.startswith("http")
    host = reference.host if isinstance(reference, MeshPort) else reference.wanted
    port = reference.destination.port
    return Dial(
        caller=Caller(program=MESH_STREAM if streams else MESH),
        owner=reference.target,
        route=reference.route,
        host=host,
        host_anchor=reference.anchor,
        port=None,
        port_anchor=port.anchor if port is not None else reference.anchor,
        defaulted=isinstance(reference, MeshPort) and reference.omitted,
        share=1.0 if reference.share else 0.0,
        on_behalf=f"VirtualService `{reference.virtual_service.title}`",
    )


def _port_remedy(port: MeshPort) -> str:
    numbers = ", ".join(near.instead for near in port.near)
    return f"route to port {numbers}" if len(port.near) == 1 else f"route to one of the ports {numbers}"
