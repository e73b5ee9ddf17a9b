"""Load balancers of Services that begin each connection with a PROXY header, or do not, and pods that wait for the other.

After the cloud providers: the AWS Load Balancer Controller and legacy-cloud-providers, digitalocean-cloud-controller-manager, hcloud-cloud-controller-manager,
linode-, scaleway-, vultr- and civo-cloud-controller-manager, cloud-provider-openstack, oci-cloud-controller-manager, and the documentation of IBM Cloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from upstreamlint.documents import Entry, Scalar
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.ends import ends, judgement
from upstreamlint.facets.judgement import Judgement
from upstreamlint.facets.proxy_header import proxy_header
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.graph.index import Index
from upstreamlint.graph.istio.mesh import is_gateway
from upstreamlint.model.kubernetes.meta import Labels
from upstreamlint.model.kubernetes.service import Service, ServicePort
from upstreamlint.values import replace

_BETA = "service.beta.kubernetes.io/"
_SENDS = {
    f"{_BETA}aws-load-balancer-proxy-protocol": ("*",),
    f"{_BETA}do-loadbalancer-enable-proxy-protocol": ("true",),
    f"{_BETA}linode-loadbalancer-default-proxy-protocol": ("v1", "v2"),
    f"{_BETA}linode-loadbalancer-proxy-protocol": ("v1", "v2"),
    f"{_BETA}scw-loadbalancer-proxy-protocol-v1": ("true", "*"),
    f"{_BETA}scw-loadbalancer-proxy-protocol-v2": ("true", "*"),
    f"{_BETA}vultr-loadbalancer-proxy-protocol": ("true",),
    f"{_BETA}ovh-loadbalancer-proxy-protocol": ("v1", "v2"),
    f"{_BETA}oci-load-balancer-connection-proxy-protocol-version": ("1", "2"),
    "kubernetes.civo.com/loadbalancer-enable-proxy-protocol": ("send-proxy", "send-proxy-v2"),
    "load-balancer.hetzner.cloud/uses-proxyprotocol": ("true",),
    "loadbalancer.openstack.org/proxy-protocol": ("true", "v1", "v2"),
    "oci-network-load-balancer.oraclecloud.com/is-ppv2-enabled": ("true",),
}
"""What annotations say, in lower case, for PROXY headers to be sent to every port."""

_LISTS = {
    f"{_BETA}aws-load-balancer-target-group-attributes": "proxy_protocol_v2.enabled=true",
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-enable-features": "proxy-protocol",
}
"""Annotations with lists between commas, and what must stand in them for that."""

_PROVIDERS = (
    *(f"{_BETA}{name}-load" for name in ("aws", "do", "linode", "scw", "vultr", "ovh", "oci")),
    *("load-balancer.hetzner.cloud/", "kubernetes.civo.com/", "oci-network-load-balancer.oraclecloud.com/"),
)
"""How annotations of the same providers begin, on a Service whose load balancer sends none."""

_BY_REQUEST = f"{_BETA}aws-load-balancer-backend-protocol"
_BY_HAND = "nothing but the annotations of the Service has its load balancer send the header"
_UNREAD = "no EnvoyFilter outside these files has the gateway read it"


def judge_headers(index: Index, service: Service) -> Iterator[Judgement]:
    """What the load balancer of a Service begins with, held against what the pods wait for; once for all of its ports."""
    wanted = service.type == "LoadBalancer" and not service.meta.patched
    sends = sends_header(service.meta.annotations) if wanted else None
    if sends is None:
        return
    ports = (p for p in service.ports if p.protocol == "TCP")
    found = (one for port in ports for one in _judge(index, service, port, *sends))
    yield from islice(found, 1)


def _judge(
    index: Index, service: Service, port: ServicePort, entry: Entry, sent: bool
) -> Iterator[Judgement]:
    dial = Dial(
        caller=Caller(program="load balancer", answers_as="load balancer"),
        owner=service,
        route=None,
        host=service.meta.name.value,
        host_anchor=port.anchor,
        port=port.number,
        port_anchor=port.target.anchor if port.target is not None else port.anchor,
        protocol=Protocol.HTTP,
        protocol_anchor=entry.anchor,
        proxy_header=sent,
        on_behalf=f"the load balancer of Service `{service.title}`",
    )
    for end in ends(index, port, port.number):
        listens = index.listening(end.container).on(end.number)
        faced = [proxy_header(dial.protocol, listen, sent=sent) for listen in listens]
        if faced and all(facing.obstacle is not None for facing in faced):
            found = judgement(dial, end.container.node, end.number, faced[0])
            workload = end.container.workload
            unread = _UNREAD if workload is not None and is_gateway(workload) else ""
            yield replace(found, assumption=unread if sent else _BY_HAND)


def sends_header(annotations: Labels | None) -> tuple[Entry, bool] | None:
    """The annotation that tells whether a header is sent; nothing where no provider is known, or what it is told is not."""
    entries = annotations.entries if annotations is not None else {}
    told = entries.get(_BY_REQUEST)
    if told is not None and isinstance(told.value, Scalar) and told.value.value.lower() in ("http", "https"):
        return None
    of_provider = None
    for key, entry in entries.items():
        text = entry.value.value.strip().lower() if isinstance(entry.value, Scalar) else None
        if key in _LISTS and text is not None and _LISTS[key] in text.replace(" ", "").split(","):
            return entry, True
        if key in _SENDS:
            if text in _SENDS[key]:
                return entry, True
            if text not in ("false", "", "none"):
                return None
        if key in _LISTS and (text is None or is_placeholder(text)):
            return None
        if key.startswith(_PROVIDERS):
            of_provider = of_provider or entry
    return (of_provider, False) if of_provider is not None else None
