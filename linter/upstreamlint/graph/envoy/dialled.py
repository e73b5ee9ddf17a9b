"""What the endpoints of a cluster mean where Envoy runs: in a Compose service."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from upstreamlint.graph import compose
from upstreamlint.graph.evidence import Verdict, is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Edge, Route
from upstreamlint.graph.references import Reference
from upstreamlint.graph.upstreams import UpstreamHost, UpstreamPort
from upstreamlint.model.compose.types import Project
from upstreamlint.model.envoy import Bootstrap, EnvoyCluster, Run

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
    index: Index, bootstrap: Bootstrap, run: Run, cluster: EnvoyCluster, route: Route | None
) -> Iterator[Edge | Reference]:
    """The hosts and ports of a cluster that resolves names, seen from the service that Envoy runs in."""
    world = compose.World(run.project, tuple(index.of(Project)), index.ladder)
    ports = {listener.port for listener in bootstrap.listeners} | {bootstrap.admin_port}
    listens = frozenset(p for p in ports if p is not None)
    share = 1 / len(cluster.endpoints) if cluster.endpoints else None
    for endpoint in cluster.endpoints:
        address = endpoint.address
        if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
            continue
        loopback = address.value == "localhost" or address.value.startswith("127.") or address.value == "::1"
        if misplaced_port(address.value) or not (cluster.discovery.by_dns or loopback):
            continue
        answer = compose.dial(run.service, address.value.lower(), endpoint.port, world, listens=listens)
        host = answer.host
        verdict = host.verdict
        if is_ip(address.value) and not loopback and verdict is not Verdict.FOUND:
            verdict = Verdict.UNKNOWN
        yield UpstreamHost(
            wanted=address.value,
            anchor=address.anchor,
            owner=cluster,
            verdict=verdict,
            near=host.near,
            route=route,
            proxy=PROXY,
            client=run.service,
            at_start=False,
            obstacle=host.obstacle,
            targets=host.targets,
            far_end=host.far_end,
            by_host=host.by_host,
        )
        for one in answer.ports:
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
                client=run.service,
                target=one.target,
                number=one.number,
                obstacle=one.obstacle,
                far_end=one.far_end,
            )
