"""Matches that never hold: they ask for a client, a gateway, a port or a host that the route is not for."""

from __future__ import annotations

from upstreamlint.documents import Mapping, Scalar
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.istio.clients import names_of
from upstreamlint.graph.istio.names import MESH, covers
from upstreamlint.graph.istio.view import Mesh
from upstreamlint.model.istio import IstioGateway, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes.meta import integer, labels
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple


class Barred(NamedTuple):
    """What of a match never holds, and why.

    `left_out` says that istiod leaves the route out, rather than that Envoy never takes it. `assumption` is what
    it rests on, `by` the Gateway that is asked.
    """

    anchor: Anchor
    why: str
    left_out: bool = True
    assumption: str = ""
    by: Anchor | None = None


def bar(mesh: Mesh, owner: VirtualService, route: VirtualRoute) -> Barred | None:
    """Why none of the matches of a route ever holds (`sourceMatchHTTP`, `translateRoute`); nothing when one may."""
    if not route.matches or not owner.hosts or owner.meta.patched:
        return None
    names = names_of(owner, route)
    if not names:
        space, folder = owner.meta.namespace, owner.meta.folder
        if not all(s.value == MESH or mesh.gateways.find(s.value, space, folder) for s in route.gateways):
            return None
        return Barred(route.gateways[0].anchor, "the VirtualService is not bound to this gateway")
    reasons: list[Barred | None] = []
    for match in route.matches:
        host = _other_host(mesh, owner, match)
        reasons.append(host or _unmet(mesh, owner, names, match, route.protocol))
    return reasons[0] if all(reasons) else None


def _unmet(
    mesh: Mesh, owner: VirtualService, names: list[str], match: Mapping, protocol: str
) -> Barred | None:
    """Why a match holds at none of the gateways that a route is for; of sidecars some may fit, unless by the port."""
    reason: Barred | None = None
    for name in names:
        if name == MESH:
            if (reason := _unheard_port(mesh, owner, match)) is None:
                return None
            continue
        gateways = mesh.gateways.find(name, owner.meta.namespace, owner.meta.folder)
        if not gateways:
            return None
        for gateway in gateways:
            # Of TCP and TLS a gateway compares the port alone (`l4SingleMatch`).
            stranger = _stranger(mesh, gateway, match) if protocol == "http" else None
            own = _other_port(gateway, match) or stranger
            if own is None:
                return None
            reason = reason or own._replace(by=gateway.anchor)
    return reason


def _other_port(gateway: IstioGateway, match: Mapping) -> Barred | None:
    """A port that no server of a gateway has."""
    written = match.scalar("port")
    number = integer(written)
    ports = [integer(s.port) for s in gateway.servers]
    if written is None or number is None or number in ports or None in ports:
        return None
    return Barred(written.anchor, f"Gateway `{gateway.title}` has no server on this port")


def _unheard_port(mesh: Mesh, owner: VirtualService, match: Mapping) -> Barred | None:
    """A port that sidecars do not listen on for any host of a VirtualService."""
    written = match.scalar("port")
    number = integer(written)
    if written is None or number is None:
        return None
    found = [
        mesh.registry.find(mesh.expand(h.value, owner.meta.namespace), owner.meta.folder) for h in owner.hosts
    ]
    if not all(found) or any(f.patched or number in f.ports for f in found):
        return None
    return Barred(written.anchor, "no host of this VirtualService has this port")


def _stranger(mesh: Mesh, gateway: IstioGateway, match: Mapping) -> Barred | None:
    """A client that no pod of a gateway is: the proxy that a route is for is compared, which is the gateway itself."""
    wanted, space = labels(match.get("sourceLabels")), match.scalar("sourceNamespace")
    why = f"compared with the pods of Gateway `{gateway.title}`, not with who calls it"
    if wanted is not None:
        pods = mesh.gateways.pods(gateway)
        own = [w.template.values for w in pods] or [gateway.selector.values if gateway.selector else {}]
        if not any(wanted.values.items() <= values.items() for values in own):
            differs = any(k in v and v[k] != text for v in own for k, text in wanted.values.items())
            text = "" if pods or differs else f"the pods of Gateway `{gateway.title}` do not carry `{wanted}`"
            return Barred(match.key("sourceLabels"), why, assumption=text)
    if space is not None:
        clients = mesh.gateways.clients(gateway)
        if all(c.namespace and c.namespace != space.value for c in clients):
            return Barred(space.anchor, why, assumption=clients[0].assumption)
    return None


def _other_host(mesh: Mesh, owner: VirtualService, match: Mapping) -> Barred | None:
    """A host that the VirtualService is not for."""
    written = match.at("authority", "exact")
    if not isinstance(written, Scalar) or is_placeholder(written.value):
        return None
    wanted = written.value.rpartition(":")[0] or written.value
    for host in owner.hosts:
        full = mesh.expand(host.value, owner.meta.namespace).text
        if covers(full, wanted) or covers(host.value, wanted) or full.startswith(f"{wanted}."):
            return None
    return Barred(written.anchor, "no host of this VirtualService", left_out=False)
