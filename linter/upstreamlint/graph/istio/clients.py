"""Whose proxies a VirtualService configures: gateways by their pods, and the sidecars of namespaces."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.grouping import grouped
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.mesh import Injection, Settings, is_gateway
from upstreamlint.graph.istio.names import MESH, Host, expand, exported, gateway_name, overlap
from upstreamlint.graph.istio.registry.destination_rules import Client
from upstreamlint.graph.istio.registry.hosts import Registered, Registry
from upstreamlint.model.gateway_api import KubernetesGateway
from upstreamlint.model.istio import IstioGateway, SidecarScope, VirtualRoute, VirtualService
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.nearest import nearest, same_namespace

_STRANGER = "\0"
"""A namespace that no file names: what it sees, all see."""

_HTTP = 80

_TELLING = frozenset({"MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL", "AUTO_PASSTHROUGH"})
"""Modes of a gateway's servers by which it learns who its callers are."""

_STOCK = frozenset({"ingressgateway", "egressgateway", "ingress", "egress"})


class Gateways:
    """The gateways of a run by name, and the pods of each."""

    def __init__(self, index: Index, settings: Settings) -> None:
        self._index = index
        self._settings = settings
        self._istio = grouped(index.of(IstioGateway), lambda g: g.meta.name.value)
        self._kubernetes = grouped(index.of(KubernetesGateway), lambda g: g.meta.name.value)
        self._names = {
            space: [g.meta.name.value for g in found]
            for space, found in grouped(index.of(IstioGateway), lambda g: g.meta.namespace).items()
        }
        self._pods: dict[int, tuple[Workload, ...]] = {}

    def find(self, written: str, namespace: str, folder: str) -> list[IstioGateway]:
        """The Istio Gateways that a reference means."""
        space, name = gateway_name(written, namespace)
        found = [g for g in self._istio.get(name, ()) if same_namespace(g.meta.namespace, space)]
        exact = [g for g in found if g.meta.namespace == space]
        return nearest(exact or found, folder)

    def of_kubernetes(self, written: str, namespace: str) -> KubernetesGateway | None:
        """The Gateway of the Gateway API that has the name of a reference."""
        space, name = gateway_name(written, namespace)
        found = self._kubernetes.get(name, ())
        return next((g for g in found if same_namespace(g.meta.namespace, space)), None)

    def named(self, name: str) -> list[IstioGateway]:
        """The Istio Gateways of a name, in any namespace."""
        return self._istio.get(name, [])

    def names(self, namespace: str) -> list[str]:
        """The names of the Istio Gateways of a namespace."""
        return self._names.get(namespace, [])

    def pods(self, gateway: IstioGateway) -> tuple[Workload, ...]:
        """The workloads whose proxies a Gateway configures, of any namespace."""
        key = id(gateway)
        if key not in self._pods:
            self._pods[key] = (
                self._index.select(gateway.selector.values, "", gateway.meta.folder)
                if gateway.selector is not None
                else ()
            )
        return self._pods[key]

    def clients(self, gateway: IstioGateway) -> tuple[Client, ...]:
        """A gateway's proxies, a client for each namespace that they are in."""
        pods = self.pods(gateway)
        known = any(s.tls_mode is not None and s.tls_mode.value in _TELLING for s in gateway.servers)
        if not pods:
            own, root = gateway.meta.namespace, self._settings.root_namespace
            stock = gateway.selector is not None and gateway.selector.get("istio") in _STOCK
            space = root if stock else own
            text = f"the pods of Gateway `{gateway.title}` run in namespace `{space}`"
            return (Client(space, (), is_gateway=True, assumption=text),)
        spaces = grouped(pods, lambda w: w.meta.namespace)
        return tuple(
            Client(space, found, is_gateway=True, speaks_identity=known) for space, found in spaces.items()
        )


class Clients:
    """The points of view that a route is seen from."""

    def __init__(
        self, index: Index, settings: Settings, gateways: Gateways, registry: Registry, injection: Injection
    ) -> None:
        self._index = index
        self._domain = settings.domain
        self._gateways = gateways
        self._registry = registry
        pods = [w for w in index.of(Workload) if not is_gateway(w)]
        meshed = [w for w in pods if injection.in_mesh(w)]
        self._scopes = {s.meta.namespace: s for s in index.of(SidecarScope) if s.selector is None}
        self._root = settings.root_namespace
        self._sidecars = grouped(meshed or pods, lambda w: w.meta.namespace)
        self._registered: dict[int, list[tuple[Host, Registered]]] = {}
        self._supposed = {
            space: Client(space, found, assumption=f"clients run in namespace `{space}`")
            for space, found in self._sidecars.items()
            if space
        }
        self._known: dict[tuple[int, tuple[str, ...], tuple[str, ...]], tuple[Client, ...]] = {}

    def of(self, owner: VirtualService, route: VirtualRoute, services: tuple[str, ...]) -> tuple[Client, ...]:
        """The clients of a route: pods of its gateways, and the sidecars that it is for.

        For the mesh those are the sidecars of the VirtualService's own namespace if anything runs there, else
        those of the Services that it leads to, and of the namespaces that it is exported to by name. Whether
        those of other namespaces call its hosts is an assumption.
        """
        names = tuple(names_of(owner, route))
        key = (id(owner), names, services)
        if key not in self._known:
            self._known[key] = tuple(self._of(owner, names, services))
        return self._known[key]

    def _of(
        self, owner: VirtualService, names: tuple[str, ...], services: tuple[str, ...]
    ) -> Iterable[Client]:
        clients: dict[str, Client] = {}
        for name in names:
            if name == MESH:
                for client in self._mesh(owner, services):
                    clients.setdefault(client.namespace, client)
                continue
            for gateway in self._gateways.find(name, owner.meta.namespace, owner.meta.folder):
                for client in self._gateways.clients(gateway):
                    clients[client.namespace] = client
        return clients.values()

    def _mesh(self, owner: VirtualService, services: tuple[str, ...]) -> Iterator[Client]:
        own = owner.meta.namespace
        named = [v.value for v in owner.export_to if v.value in self._sidecars]
        pods = self._index.workloads(own)
        calling = [own] if pods else [s for s in services if s in self._sidecars][:1]
        for space in dict.fromkeys((*calling, *named)):
            heard = self._hears(owner, space)
            if self._gets(owner, space) and (heard or self._may_hear(owner)):
                text = "" if heard else f"clients in namespace `{space}` call it"
                yield Client(space, self._index.workloads(space), assumption=text)
        if not pods and self._gets(owner, own) and (self._hears(owner, own) or self._may_hear(owner)):
            yield Client(own, (), assumption=f"clients run in namespace `{own}`" if calling else "")
        known = {own, *calling, *named}
        outside = self._may_hear(owner, outside=True)
        everywhere = self._gets(owner, _STRANGER) and (outside or self._hears(owner, _STRANGER))
        for space, client in self._supposed.items():
            if space in known:
                continue
            if (everywhere and space not in self._scopes) or (
                self._gets(owner, space) and (outside or self._hears(owner, space))
            ):
                yield client

    def _gets(self, owner: VirtualService, space: str) -> bool:
        """Whether a VirtualService is given to the sidecars of a namespace: exported, and let in by their Sidecar."""
        own = owner.meta.namespace
        if not exported(owner.export_to, own, space):
            return False
        hosts = [expand(h.value, own, self._domain).text for h in owner.hosts]
        return not hosts or any(self._lets_in(space, (own,), host) for host in hosts)

    def _lets_in(self, space: str, spaces: Collection[str], host: str) -> bool:
        """Whether the Sidecar of a namespace lets in a host that is defined in some namespaces."""
        scope = self._scopes.get(space) or self._scopes.get(self._root)
        if scope is None or scope.egress is None or not space:
            return True
        for written in scope.egress:
            there, _, name = written.value.rpartition("/")
            there = space if there == "." else there
            if name != "*" and is_placeholder(written.value.replace("*", "")):
                return True
            if (there == "*" or there in spaces) and overlap(name, host):
                return True
        return False

    def _hosts(self, owner: VirtualService) -> list[tuple[Host, Registered]]:
        """The hosts of a VirtualService, with what is registered under each."""
        found = self._registered.get(id(owner))
        if found is None:
            hosts = [expand(h.value, owner.meta.namespace, self._domain) for h in owner.hosts]
            found = [(h, self._registry.find(h, owner.meta.folder)) for h in hosts]
            self._registered[id(owner)] = found
        return found

    def _hears(self, owner: VirtualService, space: str) -> bool:
        """Whether the sidecars of a namespace take requests for a host of a VirtualService by its routes.

        The host must be exported to them, and let in by their Sidecar: what they do not know is called where it was
        dialled. One that nobody has is taken for one outside of the cluster, which they take all the same.
        """
        return not owner.hosts or any(
            not found or (found.visible(space) and self._lets_in(space, found.namespaces, host.text))
            for host, found in self._hosts(owner)
        )

    def _may_hear(self, owner: VirtualService, *, outside: bool = False) -> bool:
        """Whether sidecars that do not know the hosts of a VirtualService may take requests for them all the same.

        On port 80 they do, if they listen there for another one (istio: `BuildSidecarOutboundVirtualHosts`).
        `outside` asks for hosts that are no Services: those are not hidden from who must not call them.
        """
        return any(_HTTP in r.ports and not (outside and r.services) for _, r in self._hosts(owner))


def names_of(owner: VirtualService, route: VirtualRoute | None = None) -> list[str]:
    """The gateways of a VirtualService, or those of them that one of its routes is limited to.

    That is the mesh when it names none. A delegate's routes are for the gateways of those that hand over to it.
    """
    own = [s.value for s in owner.gateways] or [MESH]
    if route is None or not route.gateways:
        return own
    limited = [s.value for s in route.gateways]
    bound = {_full(name, owner) for name in own}
    return [name for name in limited if _full(name, owner) in bound] if owner.hosts else limited


def _full(name: str, owner: VirtualService) -> tuple[str, str]:
    return ("", MESH) if name == MESH else gateway_name(name, owner.meta.namespace)
