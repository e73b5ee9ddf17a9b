"""What the endpoints of a cluster have Envoy dial, from each place that it runs in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from upstreamlint.facets.dial import Caller, Dial
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.nodes import Route
from upstreamlint.programs.envoy.model import Bootstrap, EnvoyCluster

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


def callers(bootstrap: Bootstrap) -> Iterator[Caller]:
    """The places that a bootstrap runs in."""
    own = {listener.port for listener in bootstrap.listeners} | {bootstrap.admin_port}
    listens = frozenset(p for p in own if p is not None)
    for run in bootstrap.runs:
        yield Caller(program=PROXY, service=run.service, project=run.project, listens=listens)
    for pod in bootstrap.pods:
        single = len(pod.containers) == 1 and not pod.meta.patched
        container = pod.containers[0] if single else None
        yield Caller(program=PROXY, workload=pod, container=container, listens=listens, alone=single)


def dialled(caller: Caller, cluster: EnvoyCluster, route: Route | None) -> Iterator[Dial]:
    """The endpoints of a cluster that DNS, or loopback, has to answer for."""
    share = 1 / len(cluster.endpoints) if cluster.endpoints else None
    for endpoint in cluster.endpoints:
        address = endpoint.address
        if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
            continue
        if misplaced_port(address.value) or not (cluster.discovery.by_dns or _is_loopback(address.value)):
            continue
        yield Dial(
            caller=caller,
            owner=cluster,
            route=route,
            host=address.value,
            host_anchor=address.anchor,
            port=endpoint.port,
            port_anchor=endpoint.port_anchor,
            share=share,
            with_name="" if cluster.discovery.by_dns else ", with `type: STRICT_DNS`",
        )


def _is_loopback(address: str) -> bool:
    return address.lower() in ("localhost", "::1") or address.startswith("127.")
