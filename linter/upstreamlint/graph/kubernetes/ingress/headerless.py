"""Authorization that ingress-nginx asks of a host of its own, past a load balancer that would have put a PROXY header before it.

What goes from inside of the cluster to the address of a load balancer does not leave the cluster: kube-proxy takes the address for its own (Kubernetes, `ipMode: VIP`; KEP-1860), so
that nginx waits for a header that nobody sends. A load balancer with a name in place of an address is asked from outside, which is what annotations of the providers are for.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import patterns
from upstreamlint.containers.container import Container
from upstreamlint.documents import Entry, Scalar
from upstreamlint.graph.evidence import Verdict
from upstreamlint.graph.index import Index
from upstreamlint.graph.kubernetes.services.proxy_headers import sends_header
from upstreamlint.graph.references import Candidate, Reference
from upstreamlint.model.kubernetes import ConfigMap, Ingress, Service
from upstreamlint.programs.managed.controllers import Classes, Controller
from upstreamlint.programs.managed.running import running
from upstreamlint.values import entity

_URL_KEY = "nginx.ingress.kubernetes.io/auth-url"
_URL = patterns.compile(r"https?://(?P<host>\$host|\$http_host|[A-Za-z0-9.-]{1,253})(?:[:/?]|\Z)")
_BETA = "service.beta.kubernetes.io/"
_NAMED = {
    f"{_BETA}do-loadbalancer-enable-proxy-protocol": f"{_BETA}do-loadbalancer-hostname",
    f"{_BETA}scw-loadbalancer-proxy-protocol-v1": f"{_BETA}scw-loadbalancer-use-hostname",
    f"{_BETA}scw-loadbalancer-proxy-protocol-v2": f"{_BETA}scw-loadbalancer-use-hostname",
    "load-balancer.hetzner.cloud/uses-proxyprotocol": "load-balancer.hetzner.cloud/hostname",
}
"""Annotations of providers whose load balancers have addresses, and those that give them a name."""


@entity(kw_only=True)
class Headerless(Reference):
    """The URL that is asked; `remedy` is the annotation that gives the load balancer a name."""

    ingress: Ingress
    remedy: str


def link(index: Index) -> Iterator[Headerless]:
    """Every Ingress that has a host of its own controller asked so."""
    found = [
        b for one in running(index) if (b := _balancer(index, one.container, one.controller)) is not None
    ]
    if len(found) != 1:
        return
    service, entry, remedy = found[0]
    classes = Classes(index)
    every = [i for i in index.of(Ingress) if classes.controller(i) is Controller.INGRESS_NGINX]
    hosts = {b.host for i in every for b in i.backends if b.host}
    for ingress in every:
        asked = ingress.meta.annotations.entries.get(_URL_KEY) if ingress.meta.annotations else None
        if asked is None or not isinstance(asked.value, Scalar) or ingress.meta.patched:
            continue
        match = _URL.match(asked.value.value)
        if match is not None and (match["host"].startswith("$") or match["host"] in hosts):
            yield Headerless(
                wanted=asked.value.value,
                anchor=asked.value.anchor,
                owner=ingress,
                verdict=Verdict.CONFLICT,
                near=(
                    Candidate(
                        entry.anchor,
                        f"Service `{service.title}`: PROXY headers come from the load balancer alone",
                        "",
                    ),
                ),
                ingress=ingress,
                remedy=remedy,
                assumption="the cluster takes the address of the load balancer for its own",
            )


def _balancer(
    index: Index, container: Container, controller: Controller
) -> tuple[Service, Entry, str] | None:
    """The Service with the load balancer, where that and nginx agree on headers, and it has no name."""
    workload = container.workload
    if controller is not Controller.INGRESS_NGINX or workload is None or not _waits(index, container):
        return None
    for service in index.selecting(workload):
        sends = sends_header(service.meta.annotations) if service.type == "LoadBalancer" else None
        name = _NAMED.get(sends[0].key.value) if sends is not None and sends[1] else None
        if sends is not None and name is not None and service.meta.annotation(name) is None:
            return service, sends[0], name
    return None


def _waits(index: Index, container: Container) -> bool:
    """Whether nginx is told to wait for the header."""
    words = (w.value.partition("=") for w in container.words)
    name = next((value.rpartition("/")[2] for flag, _, value in words if flag == "--configmap"), "")
    maps = [m for m in index.of(ConfigMap) if m.meta.name.value == name]
    told = [m.data["use-proxy-protocol"].value for m in maps if "use-proxy-protocol" in m.data]
    return len(told) == 1 and isinstance(told[0], Scalar) and told[0].value == "true"
