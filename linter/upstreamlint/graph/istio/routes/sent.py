"""Who sends requests to which host: the routes of VirtualServices, and of Gateways that istiod deploys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from upstreamlint.finding import Affected
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.istio.registry.destination_rules import ANY_ACCOUNT, Client
from upstreamlint.graph.istio.routes.wire import MeshRoute, route_of, shares, wire_of
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.typed import TYPE_CHECKING
from upstreamlint.values import NamedTuple

if TYPE_CHECKING:
    from upstreamlint.graph.gateway_api.references import Parent


class Sent(NamedTuple):
    """A part of a route's requests: to a host, a port of it (any when none is written) and a subset, and by whom.

    `streams` says that they are connections, of which no more is known.
    """

    host: str
    port: int | None
    subset: str
    clients: tuple[Client, ...]
    folder: str
    hit: Affected
    streams: bool = False


def sent(mesh: Mesh) -> dict[str, list[Sent]]:
    """All requests that routes send, by host."""
    found: dict[str, list[Sent]] = defaultdict(list)
    for one in (*_by_virtual_services(mesh), *_by_gateway_routes(mesh)):
        found[one.host].append(one)
    return found


def _by_virtual_services(mesh: Mesh) -> Iterator[Sent]:
    for owner in mesh.index.of(VirtualService):
        for number, written in enumerate(owner.routes):
            route = MeshRoute(owner, written, route_of(owner, written, number))
            for destination, share in shares(written):
                wire = wire_of(mesh, route, destination, share)
                clients = mesh.clients.of(owner, written, wire.found.namespaces)
                subset = destination.subset.value if destination.subset is not None else ""
                port = integer(destination.port)
                streams = written.protocol != "http"
                yield Sent(wire.host.text, port, subset, clients, owner.meta.folder, wire.hit, streams)


def _by_gateway_routes(mesh: Mesh) -> Iterator[Sent]:
    routes = mesh.index.of(GatewayRoute)
    if not routes:
        return
    from upstreamlint.graph.gateway_api.parents import Parents, attach
    from upstreamlint.graph.gateway_api.spaces import of_istio

    parents = Parents(mesh.index)
    for owner in routes:
        attached = [attach(parents, owner, parent) for parent in owner.parents]
        gateways = [r.gateway for r in attached if r is not None and not r.broken]
        deployed = [g for g in gateways if g and of_istio(mesh.index, g)]
        spaces = grouped(deployed, lambda g: g.meta.namespace)
        clients = tuple(
            Client(space, (), is_gateway=True, accounts=tuple(map(_account, found)))
            for space, found in spaces.items()
        )
        hosts = ", ".join(h.value for h in owner.hostnames) or "*"
        for rule in owner.rules if clients else ():
            total = sum(b.weight for b in rule.backends)
            for backend in rule.backends:
                if backend.kind != "Service" or not backend.weight:
                    continue
                host = f"{backend.name}.{backend.namespace}.svc.{mesh.settings.domain}"
                paths = ", ".join(dict.fromkeys(rule.paths))
                hit = Affected(hosts, paths, backend.weight / total, rule.anchor)
                streams = owner.meta.kind in ("TCPRoute", "TLSRoute")
                yield Sent(host, integer(backend.port), "", clients, owner.meta.folder, hit, streams)


def _account(gateway: Parent) -> str:
    """The service account that istiod makes for the proxies of a Gateway; any where an annotation names another."""
    named = any(
        gateway.meta.annotation(f"gateway.istio.io/{k}") for k in ("service-account", "name-override")
    )
    return ANY_ACCOUNT if named else f"{gateway.meta.name}-{getattr(gateway, 'class_name', '')}"
