"""VirtualServices to clusters: host, port and subset of each destination, from each client's point of view."""

from __future__ import annotations

from collections.abc import Container, Iterator

from upstreamlint.facets.ends import judge_ends
from upstreamlint.facets.judgement import Facet
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH
from upstreamlint.graph.istio.references.destinations import HostFault, MeshReference, NoneResolution
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.routes.hops import http_dial
from upstreamlint.graph.istio.routes.hosts import broken_host, known
from upstreamlint.graph.istio.routes.passed_on import by_gateways
from upstreamlint.graph.istio.routes.ports import broken_port
from upstreamlint.graph.istio.routes.precedence import takers
from upstreamlint.graph.istio.routes.protocols import route_protocol, speaks_plain
from upstreamlint.graph.istio.routes.subsets import subset_links
from upstreamlint.graph.istio.routes.unused import unused
from upstreamlint.graph.istio.routes.wire import MeshRoute, Wire, route_of, shares, wire_of
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.model.istio import Delegate, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes import ServicePort, Workload
from upstreamlint.model.kubernetes.nearest import nearest
from upstreamlint.values import replace

Link = Route | Edge | Reference


def link(mesh: Mesh) -> Iterator[Link]:
    """The routes of every VirtualService, and where they lead."""
    roots = _roots(mesh)
    nodes: dict[VirtualService, list[Route]] = {}
    unsent: dict[VirtualService, Container[int]] = {}
    for owner in mesh.index.of(VirtualService):
        parents = roots.get((owner.meta.namespace, owner.meta.name.value), [])
        hosts = owner.hosts or tuple(h for parent in parents for h in parent.hosts)
        listener = ", ".join(h.value for h in hosts) or "*"
        unsent[owner] = idle = unused(mesh, owner)
        routes = [
            replace(route_of(owner, written, n, listener), proxies=_proxies(mesh, owner, written))
            for n, written in enumerate(owner.routes)
        ]
        nodes[owner] = routes
        for number, (written, route) in enumerate(zip(owner.routes, routes, strict=True)):
            yield route
            for destination, share in shares(written):
                wire = wire_of(mesh, MeshRoute(owner, written, route), destination, share)
                links = _hop(wire, _destination(mesh, wire, parents))
                yield from _never(route, links) if number in idle else links
            if number in idle and (taker := idle[number].taker) is not None:
                yield Edge(route, routes[taker], written.anchor, "another route takes its requests")
            for destination in written.mirrors:
                wire = wire_of(mesh, MeshRoute(owner, written, route), destination, None)
                yield from _destination(mesh, wire, parents)
    for (loser, number), (winner, other) in takers(mesh, unsent):
        text = f"VirtualService `{winner.title}` has the same host and match"
        yield Edge(nodes[loser][number], nodes[winner][other], winner.anchor, text, None)
    for owner, routes in nodes.items():
        for written, route in zip(owner.routes, routes, strict=True):
            if written.delegate is not None:
                yield from _handed_over(mesh, owner, written.delegate, route, nodes)


def _handed_over(
    mesh: Mesh,
    owner: VirtualService,
    delegate: Delegate,
    route: Route,
    nodes: dict[VirtualService, list[Route]],
) -> Iterator[Edge]:
    """The hops from a route to those of the VirtualService that it hands over to."""
    space = delegate.namespace.value if delegate.namespace else owner.meta.namespace
    for other in nearest(mesh.virtual_service(space, delegate.name.value), owner.meta.folder):
        if other is owner or other.hosts:
            continue
        text = f"VirtualService `{owner.title}` hands over to `{other.title}`"
        part = 1.0 if len(nodes[other]) == 1 else None
        for onward in nodes[other]:
            yield Edge(route, onward, delegate.name.anchor, text, part)


def _never(route: Route, links: Iterator[Link]) -> Iterator[Link]:
    """The links of a route that is never used: no hop leaves it, and what is wrong with it hurts nobody yet."""
    for link in links:
        if isinstance(link, MeshReference):
            yield replace(link, assumption="the route is used")
        elif not isinstance(link, Edge) or link.tail is not route:
            yield link


def _proxies(mesh: Mesh, owner: VirtualService, written: VirtualRoute) -> tuple[Workload, ...]:
    """The gateways' pods that carry out a route, when all of them are known and sidecars do not."""
    names = names_of(owner, written)
    found = [mesh.gateways.find(n, owner.meta.namespace, owner.meta.folder) for n in names]
    pods = [[mesh.gateways.pods(g) for g in gateways] for gateways in found]
    if MESH in names or not owner.hosts or not all(own and all(own) for own in pods):
        return ()
    return tuple({id(w): w for own in pods for each in own for w in each}.values())


def _roots(mesh: Mesh) -> dict[tuple[str, str], list[VirtualService]]:
    """The VirtualServices that hand over to each other one."""
    roots: dict[tuple[str, str], list[VirtualService]] = {}
    for owner in mesh.index.of(VirtualService):
        for written in owner.routes:
            if written.delegate is not None:
                space = written.delegate.namespace
                key = (space.value if space else owner.meta.namespace, written.delegate.name.value)
                roots.setdefault(key, []).append(owner)
    return roots


def _hop(wire: Wire, links: Iterator[Link]) -> Iterator[Link]:
    """The links of a destination, and the hop to it when one of them is broken."""
    broken = False
    for link in links:
        broken |= isinstance(link, MeshReference) and link.broken
        yield link
    if broken and not wire.mirror:
        yield Edge(wire.route, wire.target, wire.destination.host.anchor, wire.text, wire.share)


def _destination(mesh: Mesh, wire: Wire, parents: list[VirtualService]) -> Iterator[Link]:
    clients = _clients(mesh, wire, parents)
    reference = broken_host(mesh, wire, clients)
    if reference is not None:
        yield reference
        if reference.broken and reference.fault is HostFault.NOT_EXPORTED:
            # Those who see it go on to it.
            clients = tuple(c for c in clients if known(wire.found, c))
        elif reference.broken or reference.verdict is Verdict.UNKNOWN:
            return
        if reference.broken and not clients:
            return
    if not wire.mirror:
        yield from _leads_to(mesh, wire, clients)
    if wire.found and wire.found.alias is None:
        port = broken_port(mesh, wire, parents)
        if port is not None:
            yield port
            if port.broken and not port.assumption:
                return
        yield from _behind_gateway(mesh, wire, parents)
        yield from by_gateways(mesh, wire, clients)
        yield from route_protocol(mesh, wire, clients)
    if wire.destination.subset is not None and not is_placeholder(wire.destination.subset.value):
        yield from subset_links(mesh, wire, clients)


def _clients(mesh: Mesh, wire: Wire, parents: list[VirtualService]) -> tuple[Client, ...]:
    host = wire.host
    spaces = wire.found.namespaces or ((host.namespace,) if host.service else ())
    if wire.owner.hosts or not parents:
        return mesh.clients.of(wire.owner, wire.written, spaces)
    every = (c for parent in parents for c in mesh.clients.of(parent, wire.written, spaces))
    return tuple({c.namespace: c for c in every}.values())


def _leads_to(mesh: Mesh, wire: Wire, clients: tuple[Client, ...]) -> Iterator[Link]:
    """The hop to the Service's port, or to the ServiceEntry; by way of the subset when there is one."""
    if wire.destination.subset is not None:
        return
    for head in wire.heads:
        yield Edge(wire.route, head, wire.destination.host.anchor, wire.text, wire.share)
        if isinstance(head, ServicePort) and wire.written.protocol == "http":
            dial = http_dial(wire, head)
            plain = speaks_plain(mesh, wire, clients, head)
            for found in judge_ends(
                mesh.index, dial, head, head.number, stated=False, secured=plain, connects=False
            ):
                unruled = found.facet is Facet.TLS and not any(mesh.rules.covering(wire.host))
                yield replace(found, assumption=found.assumption or _NO_RULE) if unruled else found


_NO_RULE = "no DestinationRule outside of these files opens TLS to it"


def _behind_gateway(mesh: Mesh, wire: Wire, parents: list[VirtualService]) -> Iterator[NoneResolution]:
    """A gateway has no original destination to follow, so an entry without resolution is empty there."""
    found = wire.found
    unresolved = [
        e for e in found.entries if e.resolution == "NONE" and not e.endpoints and e.workload_selector is None
    ]
    if not unresolved or len(unresolved) < len(found.entries) or found.services:
        return
    for owner in (wire.owner, *(() if wire.owner.hosts else parents)):
        for name in names_of(owner, wire.written):
            gateways = mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder)
            if name == MESH or not gateways:
                continue
            entry = unresolved[0]
            written = entry.resolution_written
            yield NoneResolution(
                wanted=wire.destination.host.value,
                anchor=written.anchor if written else entry.hosts[0].anchor,
                owner=entry,
                verdict=Verdict.UNKNOWN if found.patched else Verdict.CONFLICT,
                entry=entry,
                gateway=gateways[0],
                **wire.fields,
            )
            return
