"""What the endpoints of a cluster have Envoy dial, from each place that it runs in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from upstreamlint.facets.dial import Caller, Dial, Protocol, Purpose, Tls, caller
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.numerals import port as port_number
from upstreamlint.places.address import is_address, is_loopback
from upstreamlint.programs.built_in import ENVOY
from upstreamlint.programs.envoy.model import Bootstrap, EnvoyCluster, UseKind
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.programs.envoy.spread import spread
from upstreamlint.values import replace

PROXY = "Envoy"


def misplaced_port(address: str) -> bool:
    """Whether an address holds a port, a scheme or a path, none of which resolves (D17)."""
    return not is_address(address) and any(c in address for c in ":/")


def callers(bootstrap: Bootstrap) -> Iterator[Caller]:
    """The places that a bootstrap runs in."""
    own = {listener.port for listener in bootstrap.listeners} | {bootstrap.admin_port}
    listens = frozenset(p for p in own if p is not None)
    whole = not bootstrap.more_listeners
    for place in bootstrap.places:
        yield caller(place, PROXY, listens=listens, alone=ENVOY.alone_in(place), complete=whole)
    for pod in bootstrap.pods:
        single = len(pod.containers) == 1 and not pod.meta.patched
        container = pod.containers[0] if single else None
        # An image that is not known for Envoy, and a port that Envoy does not serve: there something else runs too.
        alone = container is not None and all(p.number in listens for p in container.ports)
        yield Caller(
            program=PROXY, workload=pod, container=container, listens=listens, alone=alone, complete=whole
        )
    if not bootstrap.places and not bootstrap.pods:
        yield Caller(program=PROXY, listens=listens)


def dialled(
    by: Caller,
    cluster: EnvoyCluster,
    sent: Sequence[ClusterReference],
    parts: Sequence[float | None],
    *,
    http: bool,
) -> Iterator[Dial]:
    """The endpoints of a cluster, with each one's part of its requests.

    `http` says that what uses it is HTTP, not a stream of bytes, `sent` are its routes.
    """
    spoken = _spoken(cluster) if http else Protocol.TCP
    route = sent[0].route if sent else None
    first = min((e.priority for e in cluster.endpoints), default=0)
    later = [
        cluster.health_checked and e.priority > first and part == 0.0
        for e, part in zip(cluster.endpoints, parts, strict=True)
    ]
    ranks = [rank if waits else 0 for waits, rank in zip(later, accumulate(later), strict=True)]
    used = spread(cluster, sent, waiting=sum(later))
    for endpoint, part, rank in zip(cluster.endpoints, parts, ranks, strict=True):
        address = endpoint.address
        if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
            continue
        known = cluster.discovery.by_dns or is_address(address.value) or is_loopback(address.value)
        if misplaced_port(address.value) or not known:
            continue
        dial = Dial(
            caller=by,
            owner=cluster,
            route=route,
            host=address.value,
            host_anchor=address.anchor,
            port=endpoint.port,
            port_anchor=endpoint.port_anchor,
            share=None if rank else part,
            spread=used,
            backup=rank,
            protocol=spoken,
            protocol_anchor=cluster.http2,
            tls=Tls(sni=cluster.sni) if cluster.tls else None,
            proxy_header=cluster.proxy_header,
            hosts=hosts(sent, address.value) if http else (),
            hosts_anchor=next((s.written.host.anchor for s in sent if s.written.host is not None), None),
            with_tls=" (`transport_socket` with `envoy.transport_sockets.tls`)",
            with_name="" if cluster.discovery.by_dns else ", with `type: STRICT_DNS`",
            ask=cluster.ask if endpoint.check_port is None and not endpoint.unchecked else None,
        )
        yield dial
        other = endpoint.check_port
        number = port_number(other.value) if other is not None else None
        if other is not None and number is not None and cluster.health_checked and not endpoint.unchecked:
            asked = replace(dial, port=number, port_anchor=other.anchor, purpose=Purpose.ASK, ask=cluster.ask)
            # A connection, or gRPC, is not what requests speak.
            yield asked if cluster.ask is not None else replace(asked, protocol=Protocol.UNKNOWN)


def _spoken(cluster: EnvoyCluster) -> Protocol:
    """The version of HTTP that a cluster speaks; what it negotiates, or takes from its clients, may be either."""
    if cluster.http2 is not None:
        return Protocol.HTTP2
    return Protocol.HTTP if cluster.may_http2 else Protocol.HTTP1


def hosts(sent: Sequence[ClusterReference], endpoint: str) -> tuple[str, ...]:
    """The Hosts that routes send to an endpoint; none where one of them is not known."""
    found: dict[str, None] = {}
    for one in (s for s in sent if s.use.kind is not UseKind.MIRROR):
        written, domains = one.written, [d.value for d in one.host.domains]
        if written.host is not None:
            own = [written.host.value]
        elif written.names_endpoint and not is_address(endpoint):
            own = [endpoint]
        else:
            own = [] if not written.keeps_host or any("*" in d for d in domains) else domains
        if not own:
            return ()
        found |= dict.fromkeys(own)
    return tuple(found)
