"""The hops that the meshes of Consul and Kuma refuse: clients that nothing lets in.

Consul decides by the intention that names the destination and the source most exactly, and by its ACLs where none does (developer.hashicorp.com/consul, "Service intentions", precedence). Kuma's
proxies let in whom a MeshTrafficPermission lets in, and nobody else (kuma.io, "MeshTrafficPermission").
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Scalar
from upstreamlint.graph import Graph
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.policy.hops import taken
from upstreamlint.graph.policy.tunnels import Tunnels
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.gateway_api import GatewayClass, GatewayRoute, KubernetesGateway
from upstreamlint.model.kubernetes import Other, Service, Workload
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.mesh_permissions import (
    ANY,
    Intention,
    Intentions,
    Proxies,
    SecuredMesh,
    TrafficPermission,
)
from upstreamlint.source import Anchor
from upstreamlint.values import entity, frozen

_NAME, _INJECT = "consul.hashicorp.com/connect-service", "consul.hashicorp.com/connect-inject"
_OF_CONSUL = ("consul.hashicorp.com/", "hashicorp.com/consul")
_OF_KUMA = "gateways.kuma.io/"
_SERVICE, _SPACE = "kuma.io/service", "k8s.kuma.io/namespace"
_ASSUMED = "nothing outside these files lets it in"
_BY_DEFAULT = "Consul denies by default, as it does with its ACLs"


@entity
class UnpermittedHop:
    """A hop that a mesh refuses, by what is at `anchor`: another client that is let in, or the one that is kept out (`denied`).

    `who` is the client as the mesh calls it.
    """

    mesh: str
    client: str
    who: str
    edge: Edge
    target: TargetPort
    anchor: Anchor
    denied: bool
    assumption: str


@frozen
class Party:
    """A client or a server, as meshes know it: its services, tags and identity, each nothing where it has none there."""

    title: str
    service: str = ""
    tags: dict[str, tuple[str, ...]] | None = None
    identity: str = ""


def unpermitted_hops(graph: Graph) -> tuple[UnpermittedHop, ...]:
    """Each hop of a route that Consul or Kuma refuses."""
    return graph.once(_unpermitted)


def _unpermitted(graph: Graph) -> tuple[UnpermittedHop, ...]:
    told = [o.guard for o in graph.nodes(Other) if o.guard is not None]
    intentions = [g for g in told if isinstance(g, Intentions) and not g.meta.patched]
    permitted = [g for g in told if isinstance(g, TrafficPermission) and not g.meta.patched]
    secured = [g for g in told if isinstance(g, SecuredMesh)]
    if not intentions and not (permitted and secured):
        return ()
    return tuple(_hops(graph, intentions, permitted if len(secured) == 1 else []))


def _hops(
    graph: Graph, intentions: list[Intentions], permitted: list[TrafficPermission]
) -> Iterator[UnpermittedHop]:
    parties = _Parties(graph)
    by_default = parties.denies_by_default()
    for clients, edge, target, _ in taken(graph):
        found = [parties.of(end) for end in clients.ends] or [None]
        gateway = parties.gateway(edge)
        client = gateway or (found[0] if len(found) == 1 else None)
        server = parties.of(target.workload)
        if client is None or server is None:
            continue
        if client.service and server.service:
            yield from _by_consul(intentions, client, server, edge, target, by_default=by_default)
        if client.tags is not None and server.tags is not None:
            yield from _by_kuma(permitted, client, server, edge, target)


def _by_consul(
    every: list[Intentions],
    client: Party,
    server: Party,
    edge: Edge,
    target: TargetPort,
    *,
    by_default: bool,
) -> Iterator[UnpermittedHop]:
    about = [i for i in every if i.destination.value in (server.service, ANY)]
    if any(is_placeholder(i.destination.value) for i in every):
        return
    exact: list[tuple[bool, bool, Intention]] = [
        (i.destination.value != ANY, s.source.value != ANY, s)
        for i in about
        for s in i.sources
        if s.source.value in (client.service, ANY) or is_placeholder(s.source.value)
    ]
    best = max(exact, key=lambda e: e[:2], default=None)
    if best is not None:
        decided = best[2]
        if decided.allows is False:
            yield UnpermittedHop(
                "Consul", client.title, client.service, edge, target, decided.source.anchor, True, ""
            )
        return
    others = [s for i in about for s in i.sources if s.allows]
    if others:
        said = "" if by_default else _BY_DEFAULT
        yield UnpermittedHop(
            "Consul", client.title, client.service, edge, target, others[0].source.anchor, False, said
        )


def _by_kuma(
    every: list[TrafficPermission], client: Party, server: Party, edge: Edge, target: TargetPort
) -> Iterator[UnpermittedHop]:
    aimed = [(p, _is_of(p.target, server)) for p in every]
    about = [one for p, own in aimed if own for one in p.permitted]
    met = [(one, _is_of(one.clients, client)) for one in about]
    if not about or any(own is None for _, own in (*aimed, *met)):
        return
    kept = [one for one, own in met if own and not one.allows]
    if any(own and one.allows for one, own in met):
        return
    anchor = (kept or about)[0].clients.anchor
    who = client.tags.get(_SERVICE, ("",))[0] if client.tags is not None else ""
    yield UnpermittedHop(
        "Kuma", client.title, who, edge, target, anchor, bool(kept), "" if kept else _ASSUMED
    )


def _is_of(proxies: Proxies, party: Party) -> bool | None:
    """Whether a `targetRef` finds a proxy; nothing where the files do not tell."""
    if proxies.strange or party.tags is None:
        return None
    if proxies.identity is not None:
        own = party.identity
        return (
            None
            if not own
            else own == proxies.identity
            if proxies.whole
            else own.startswith(proxies.identity)
        )
    name, space = proxies.service
    if name:
        names = party.tags.get(_SERVICE, ())
        return name in names or any(n.startswith(f"{name}_{space}_svc") for n in names)
    known = [
        (key, value)
        for key, value in proxies.tags.items()
        if key in party.tags or not key.startswith("kuma.io/")
    ]
    if any(value not in party.tags.get(key, ()) for key, value in known):
        return False
    return True if len(known) == len(proxies.tags) else None


class _Parties:
    """The pods and gateways of a run, as the meshes call them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._told = graph.once(Tunnels).told
        self._leads: dict[int, list[tuple[Service, int]]] = {}
        for target in graph.references(TargetPort):
            self._leads.setdefault(id(target.workload), []).append((target.service, target.port.number))
        self._gateways = graph.nodes(KubernetesGateway)
        self._classes = {c.meta.name.value: c.controller for c in graph.nodes(GatewayClass)}

    def denies_by_default(self) -> bool:
        """Whether the chart of Consul says that nobody is let in without an intention."""
        charts = [r for r in self._graph.nodes(ChartRelease) if r.chart.value == "consul"]
        return any(c.text("global.acls.manageSystemACLs") == "true" for c in charts)

    def of(self, end: object) -> Party | None:
        """Pods of either mesh, or of none."""
        if not isinstance(end, Workload) or end.meta.patched or end.template.host_network:
            return None
        leads = self._leads.get(id(end), [])
        title, names = f"`{end.title}`", {s.meta.name.value for s, _ in leads}
        if self._told(end, _INJECT) == "true":
            named = self._told(end, _NAME) or (names.pop() if len(names) == 1 else "")
            return Party(title, service=named) if named and "," not in named else None
        if self._told(end, "kuma.io/sidecar-injection") not in ("enabled", "true"):
            return None
        space = end.meta.namespace
        tags = {key: (value,) for key, value in end.template.values.items()}
        services = tuple(f"{s.meta.name}_{space}_svc_{number}" for s, number in leads)
        account = end.template.service_account
        identity = f"/ns/{space}/sa/{account.value if account is not None else 'default'}"
        return Party(title, tags={**tags, _SERVICE: services or ("",), _SPACE: (space,)}, identity=identity)

    def gateway(self, edge: Edge) -> Party | None:
        """The gateway of either mesh that a hop begins at."""
        route = edge.tail.owner if isinstance(edge.tail, Route) else None
        if not isinstance(route, GatewayRoute) or len(route.parents) != 1:
            return None
        parent = route.parents[0]
        found = [
            g
            for g in self._gateways
            if (g.meta.name.value, g.meta.namespace) == (parent.name.value, parent.namespace)
        ]
        named = found[0].class_name if len(found) == 1 else None
        controller = self._classes.get(named.value, "") if isinstance(named, Scalar) else ""
        title, name, space = f"Gateway `{parent.name}`", parent.name.value, parent.namespace
        if controller.startswith(_OF_CONSUL):
            return Party(title, service=name)
        if controller.startswith(_OF_KUMA):
            return Party(title, tags={_SERVICE: (f"{name}_{space}_svc",), _SPACE: (space,)})
        return None
