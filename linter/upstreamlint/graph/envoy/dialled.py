"""What the endpoints of a cluster mean where Envoy runs: in a Compose service, or in a pod."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from upstreamlint.graph import compose, pod_dial
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.graph.upstreams import UpstreamHost, UpstreamPort
from upstreamlint.model.compose.types import Project
from upstreamlint.model.envoy import Bootstrap, EnvoyCluster, Run
from upstreamlint.model.kubernetes import Workload

PROXY = "Envoy"


def is_ip(address: str) -> bool:
    """Whether an address is one that needs no look-up."""
    try:
        ip_address(address)
    except ValueError:
        return False
    return True


def misplaced_port(address: str) -> bool:
    """Whether an address holds a port, a scheme or a path, none of which resolves (D17)."""
    return not is_ip(address) and any(c in address for c in ":/")


def dialled(
    index: Index, bootstrap: Bootstrap, client: Run | Workload, cluster: EnvoyCluster, route: Route | None
) -> Iterator[Edge | Reference]:
    """The hosts and ports of a cluster, seen from the service or pod that Envoy runs in."""
    share = 1 / len(cluster.endpoints) if cluster.endpoints else None
    for endpoint in cluster.endpoints:
        address = endpoint.address
        if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
            continue
        answer = _answer(index, bootstrap, client, cluster, address.value.lower(), endpoint.port)
        if answer is None:
            continue
        host, ports = answer
        node = client.service if isinstance(client, Run) else client
        yield UpstreamHost(
            wanted=address.value,
            anchor=address.anchor,
            owner=cluster,
            verdict=_verdict(host.verdict, address.value),
            near=host.near,
            route=route,
            proxy=PROXY,
            client=node,
            at_start=False,
            obstacle=host.obstacle,
            targets=host.targets,
            far_end=host.far_end,
            by_host=isinstance(host, compose.DialedHost) and host.by_host,
        )
        for one in ports:
            if not one.verdict.broken:
                text = f"Envoy dials `{address.value}:{one.number}`"
                yield Edge(cluster, one.target, address.anchor, text, share)
            yield UpstreamPort(
                wanted=str(one.number),
                anchor=endpoint.port_anchor,
                owner=cluster,
                verdict=one.verdict,
                near=one.near,
                route=route,
                proxy=PROXY,
                client=node,
                target=one.target,
                number=one.number,
                obstacle=one.obstacle,
                far_end=one.far_end,
            )


Host = compose.DialedHost | pod_dial.PodHostAnswer
Port = compose.DialedPort | pod_dial.PodPortAnswer


def _answer(
    index: Index,
    bootstrap: Bootstrap,
    client: Run | Workload,
    cluster: EnvoyCluster,
    address: str,
    port: int | None,
) -> tuple[Host, tuple[Port, ...]] | None:
    """Who answers to an address; nothing when it is not for DNS to say."""
    loopback = _is_loopback(address)
    if misplaced_port(address) or not (cluster.discovery.by_dns or loopback):
        return None
    if isinstance(client, Run):
        world = compose.World(client.project, tuple(index.of(Project)), index.ladder)
        own = {listener.port for listener in bootstrap.listeners} | {bootstrap.admin_port}
        listens = frozenset(p for p in own if p is not None)
        found = compose.dial(client.service, address, port, world, listens=listens)
        return found.host, found.ports
    # Loopback in a pod is shared with the containers beside Envoy, whose ports need not be declared.
    if loopback or is_ip(address) or port is None:
        return None
    return pod_dial.look_up(index, client, address, port, at_start=True)


def _is_loopback(address: str) -> bool:
    return address in ("localhost", "::1") or address.startswith("127.")


def _verdict(verdict: Verdict, address: str) -> Verdict:
    """An address that nothing in the project has may be one outside of it."""
    elsewhere = is_ip(address) and not _is_loopback(address) and verdict is not Verdict.FOUND
    return Verdict.UNKNOWN if elsewhere else verdict
