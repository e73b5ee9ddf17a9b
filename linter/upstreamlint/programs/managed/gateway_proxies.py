"""Gateways of Istio where they run: whether each connection to them must begin with a PROXY header, as EnvoyFilters say, and whom TLS must ask for.

Istio documentation, "Configuring Gateway Network Topology" and "EnvoyFilter": a filter of the root namespace is for all pods that it selects, any other one for
those of its namespace. `gatewayTopology` may have the header read as well. A server with TLS is chosen by the name that TLS asks for, unless it is for all hosts ("Configuring
SNI routing when not sending SNI").
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.containers.container import Container
from upstreamlint.containers.listening import Listening, listening
from upstreamlint.containers.listening.listen import ANY6, Evidence, Listen
from upstreamlint.documents import Scalar
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.graph.istio.mesh import ROOT_NAMESPACE, is_gateway
from upstreamlint.model.istio import EnvoyFilter, GatewayServer, HeaderReader, Installation, IstioGateway
from upstreamlint.model.kubernetes import ConfigMap, Service, Workload
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.programs.reading import Found, Run
from upstreamlint.source import Anchor
from upstreamlint.values import entity, replace

_TOPOLOGY = "proxyProtocol"


@entity(kw_only=True)
class GatewayProxy:
    """A gateway's container; `reader` is the filter that reads PROXY headers there, if one does.

    `heard` says that the rest is all there is to know of headers, `servers` are those of its Gateways, by the port of the pods;
    `ports` are those of the pods that its Services lead to and no filter leaves out.
    """

    container: Container
    reader: HeaderReader | None
    heard: bool
    ports: tuple[int, ...] = ()
    servers: tuple[tuple[int, GatewayServer], ...] = ()

    @property
    def serving(self) -> Iterator[tuple[Container, Listening]]:
        """What is known of its listeners: whether they wait for the header."""
        known, said = listening(self.container), self.container.image
        said = self.reader.name if self.reader is not None else said
        if said is None or not self.heard:
            return
        at = integer(self.reader.port) if self.reader is not None else None
        listens = [
            Listen(
                address=ANY6,
                port=port,
                anchor=said.anchor,
                text=said.value,
                evidence=Evidence.CONFIGURED,
                protocol="http",
                proxy_header=self.reader is not None,
            )
            for port in ([at] if at is not None else self.ports)
        ]
        yield self.container, replace(known, listens=(*known.listens, *listens))

    @property
    def answers_in(self) -> tuple[Container, ...]:
        """Where it runs."""
        return (self.container,)

    def reply(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Nothing: other Gateways may add servers."""
        return None

    def turned_away(self, request: Request) -> Reply | None:  # noqa: ARG002
        """Nothing, for the same reason."""
        return None

    def refuses_name(self, number: int, name: str) -> tuple[Anchor, str] | None:
        """A server that is chosen by a name, where none is asked for and none is for all hosts."""
        asked = [s for port, s in self.servers if port == number and s.ends_tls]
        hosts = [h for s in asked for h in s.hosts]
        if name or not hosts or any(h.value.rpartition("/")[2] == "*" for h in hosts):
            return None
        return hosts[0].anchor, f"the server is chosen by the name `{hosts[0]}` that TLS asks for"

    def names_on(self, number: int) -> tuple[str, ...]:
        """The hosts of the servers of a port."""
        hosts = [h.value.rpartition("/")[2] for port, s in self.servers if port == number for h in s.hosts]
        return tuple(h for h in hosts if "*" not in h)


def load(run: Run) -> Found:
    """Every gateway of which it can be told."""
    filters = run.of(EnvoyFilter)
    unknown = _may_be_told_elsewhere(run)
    found = []
    for container in run.containers:
        workload = container.workload
        if workload is None or not is_gateway(workload) or workload.meta.patched or container.name != _PROXY:
            continue
        readers = [r for f in filters if _selects(f, workload) for r in f.headers]
        told = _TOPOLOGY in str(workload.template.annotations or "")
        vague = any(r.without for r in readers) or ((unknown or told) and not readers)
        found.append(
            GatewayProxy(
                container=container,
                reader=readers[0] if readers else None,
                heard=not vague,
                ports=tuple(_ports(run, container, workload)),
                servers=tuple(_servers(run, workload)),
            )
        )
    return Found(resources=tuple(found))


_PROXY = "istio-proxy"
_OWN_PORTS = range(15000, 15100)
"""Those of the proxy itself (status, metrics), whose listeners are none of istiod's."""


def _ports(run: Run, container: Container, workload: Workload) -> Iterator[int]:
    """The ports of the pods that its Services lead to, those of the proxy itself left out."""
    named = {d.name: d.number for d in container.declared if d.name}
    for service in run.of(Service):
        if service.selector is None or not _is_front(service, workload):
            continue
        for port in service.ports:
            name = port.target.value if port.target is not None else ""
            number = port.target_number or named.get(name) or (port.number if port.target is None else None)
            if number is not None and number not in _OWN_PORTS:
                yield number


def _servers(run: Run, workload: Workload) -> Iterator[tuple[int, GatewayServer]]:
    """The servers of every Gateway of some pods, by the port of the pods: where their Service leads the server's port, or that itself."""
    values = workload.template.values
    fronts = [s for s in run.of(Service) if s.selector is not None and _is_front(s, workload)]
    for gateway in run.of(IstioGateway):
        if gateway.selector is None or any(values.get(k) != v for k, v in gateway.selector.values.items()):
            continue
        for server in gateway.servers:
            number = integer(server.port)
            ports = [p for s in fronts if number is not None and (p := s.port(number)) is not None]
            own = next((p.target_number for p in ports if p.target_number is not None), number)
            if own is not None:
                yield own, server


def _is_front(service: Service, workload: Workload) -> bool:
    wanted = service.selector.values if service.selector is not None else {}
    values = workload.template.values
    return service.meta.namespace == workload.meta.namespace and all(
        values.get(k) == v for k, v in wanted.items()
    )


def _may_be_told_elsewhere(run: Run) -> bool:
    """Whether the settings of the mesh may have gateways read the header."""
    texts = (e.value.value for m in run.of(ConfigMap) for e in m.data.values() if isinstance(e.value, Scalar))
    return bool(run.of(Installation)) or any(_TOPOLOGY in text for text in texts)


def _selects(found: EnvoyFilter, workload: Workload) -> bool:
    if found.targeted or found.meta.namespace not in (workload.meta.namespace, ROOT_NAMESPACE):
        return False
    values = workload.template.values
    return found.selector is None or all(values.get(k) == v for k, v in found.selector.values.items())
