"""A destination on its way from a route: its share, its host, and what is registered under it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from upstreamlint.finding import Affected, Label
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import Host
from upstreamlint.graph.istio.references.destinations import Target
from upstreamlint.graph.istio.registry.hosts import Registered
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.graph.nodes import Node, Route
from upstreamlint.model.istio import RouteDestination, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes import Service
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.typed import TypedDict
from upstreamlint.values import NamedTuple, frozen


class WireFields(TypedDict):
    """What every reference of a destination has."""

    route: Route
    virtual_service: VirtualService
    destination: RouteDestination
    target: Target
    share: float
    mirror: bool


class MeshRoute(NamedTuple):
    """A route of a VirtualService: what is written, and its node in the graph."""

    owner: VirtualService
    written: VirtualRoute
    node: Route


@frozen
class Wire:
    """A destination of a route: its part of the requests, its host, and what is registered under it.

    `alias` is the ExternalName Service that is written; `host` and `found` are what it stands for, when that is
    registered itself.
    """

    owner: VirtualService
    written: VirtualRoute
    route: Route
    destination: RouteDestination
    target: Target
    share: float
    mirror: bool
    host: Host
    found: Registered
    alias: Service | None = None

    @property
    def fields(self) -> WireFields:
        """The fields of a reference that say where it belongs."""
        return WireFields(
            route=self.route,
            virtual_service=self.owner,
            destination=self.destination,
            target=self.target,
            share=self.share,
            mirror=self.mirror,
        )

    @property
    def heads(self) -> list[Node]:
        """Where the destination leads: the Service's port, or the Service when that is open; the entry."""
        number = integer(self.destination.port)
        heads: list[Node] = list(self.found.entries)
        for service in (self.alias,) if self.alias and self._whole else self.found.services:
            port = service.port(number) if number is not None else None
            if port is None and len(service.ports) == 1:
                port = service.ports[0]
            heads.append(port or service)
        return heads

    @property
    def _whole(self) -> bool:
        """Whether the hop to an alias is the graph's own: a subset, or an entry, is of what it stands for."""
        return self.destination.subset is None and not self.found.entries

    @property
    def hit(self) -> Affected:
        """The route, as far as its requests go here."""
        label = Label(self.destination.host.anchor, self.text)
        return Affected(self.route.listener, self.route.match, self.share, self.route.anchor, (label,))

    @property
    def text(self) -> str:
        """The hop, as a label says it."""
        to = f"host `{self.destination.host}`"
        if self.destination.subset is not None:
            to += f", subset `{self.destination.subset}`"
        part = "" if self.share >= 1 else f" {self.share:.0%} of"
        return (
            f"VirtualService `{self.owner.title}` sends{part} {self.route.listener}{self.route.match} to {to}"
        )


def route_of(owner: VirtualService, written: VirtualRoute, number: int, listener: str = "") -> Route:
    """The node of a route; a delegate's is listened to under the hosts of those that hand over to it."""
    hosts = listener or ", ".join(h.value for h in owner.hosts) or "*"
    key = f"{written.protocol}[{number}]"
    return Route("VirtualService", owner, hosts, " ".join(written.paths), written.anchor, key)


def taken(owner: VirtualService, names: Collection[str], host: str = "") -> tuple[Affected, ...]:
    """All requests of the routes that a VirtualService has for some gateways; of one of its hosts, or of all."""
    own = (r for r in owner.routes if any(name in names for name in names_of(owner, r)))
    return tuple(hit for route in own for hit in requests(owner, route, host))


def requests(owner: VirtualService, route: VirtualRoute, host: str = "") -> tuple[Affected, ...]:
    """All requests of a route, for one of the hosts of its VirtualService or for all."""
    hosts = host or ", ".join(h.value for h in owner.hosts) or "*"
    return (Affected(hosts, " ".join(route.paths), 1.0, route.anchor),)


def shares(route: VirtualRoute) -> Iterator[tuple[RouteDestination, float]]:
    """The destinations that get requests, each with its part; those of weight 0 get none."""
    if len(route.destinations) == 1:
        yield route.destinations[0], 1.0
        return
    total = sum(max(0, d.weight or 0) for d in route.destinations)
    for destination in route.destinations:
        if total and destination.weight:
            yield destination, destination.weight / total


def wire_of(mesh: Mesh, route: MeshRoute, destination: RouteDestination, share: float | None) -> Wire:
    """A destination with what its host means; a mirror has no share."""
    owner = route.owner
    host = mesh.expand(destination.host.value, owner.meta.namespace)
    found = mesh.registry.find(host, owner.meta.folder, owner.meta.anchor.source)
    subset = f"#{destination.subset}" if destination.subset is not None else ""
    target = Target(f"{route.node.id}>{host.text}{subset}", destination.host.anchor)
    mirror = share is None
    alias = found.alias
    if alias is not None and (end := mesh.stands_for(alias)) is not None:
        host, found = end
    return Wire(
        owner, route.written, route.node, destination, target, share or 0.0, mirror, host, found, alias
    )
