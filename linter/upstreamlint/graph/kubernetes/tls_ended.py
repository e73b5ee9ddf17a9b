"""Load balancers of Services that end TLS, and so speak plain text to a port of pods that waits for TLS.

After the cloud providers: of AWS `getListener` in legacy-cloud-providers and `buildListenerSpec` of the AWS Load Balancer Controller; `buildForwardingRules` of
digitalocean-cloud-controller-manager; docs/load-balancer-annotations.md of oci-cloud-controller-manager; `ServiceConfig` of hcloud-cloud-controller-manager.
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint.documents import Entry
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.ends import ends, judge_ends
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Route
from upstreamlint.model.kubernetes.service import Service, ServicePort
from upstreamlint.values import NamedTuple

_BETA = "service.beta.kubernetes.io/"


class _Cloud(NamedTuple):
    """The annotations of a provider: `ends` for TLS at the load balancer, at `ports` or at `otherwise` (none: at all).

    `renews` say with one of `secure` that pods are spoken to in TLS again; where that is empty, with any value but `false`.
    """

    ends: str
    ports: tuple[str, ...]
    renews: str
    secure: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()
    whole: str = ""
    needs: tuple[str, ...] = ()


_CLOUDS = (
    _Cloud(
        ends=f"{_BETA}aws-load-balancer-ssl-cert",
        ports=(f"{_BETA}aws-load-balancer-ssl-ports",),
        renews=f"{_BETA}aws-load-balancer-backend-protocol",
        secure=("https", "ssl", "tls"),
    ),
    _Cloud(
        ends=f"{_BETA}do-loadbalancer-certificate-id",
        ports=(f"{_BETA}do-loadbalancer-tls-ports", f"{_BETA}do-loadbalancer-http2-ports"),
        renews=f"{_BETA}do-loadbalancer-tls-passthrough",
        otherwise=("443",),
        whole=f"{_BETA}do-loadbalancer-protocol",
    ),
    _Cloud(
        ends=f"{_BETA}oci-load-balancer-tls-secret",
        ports=(f"{_BETA}oci-load-balancer-ssl-ports",),
        renews=f"{_BETA}oci-load-balancer-tls-backendset-secret",
        otherwise=("",),
    ),
    _Cloud(
        ends="load-balancer.hetzner.cloud/protocol",
        ports=(),
        renews="",
        needs=("https",),
    ),
)


def judge_ended(index: Index, service: Service, port: ServicePort, route: Route) -> Iterator[Judgement]:
    """Plain text from the load balancer of a Service to pods that wait for TLS on this port."""
    entry = None if service.meta.patched else _ended(service, port)
    if entry is None or port.protocol != "TCP":
        return
    names = {end.container.image_name for end in ends(index, port, port.number)}
    dial = Dial(
        caller=Caller(program="load balancer", answers_as="nginx" if names and names <= _NGINX else ""),
        owner=port,
        route=route,
        host=service.meta.name.value,
        host_anchor=port.anchor,
        port=port.number,
        port_anchor=port.target.anchor if port.target is not None else port.anchor,
        protocol=Protocol.HTTP,
        on_behalf=f"the load balancer of Service `{service.title}`, where TLS ends (`{entry.key}`),",
    )
    for found in judge_ends(index, dial, port, port.number, stated=False, connects=False):
        if found.obstacle is Obstacle.PLAIN_TO_TLS:
            yield found


_NGINX = frozenset({"nginx", "nginx-unprivileged", "openresty", "kong", "controller", "nginx-ingress"})


def _ended(service: Service, port: ServicePort) -> Entry | None:
    """The annotation that has a load balancer end the TLS of a port, and speak plain text behind it."""
    entries = service.meta.annotations.entries if service.meta.annotations is not None else {}
    for cloud in _CLOUDS:
        entry = entries.get(cloud.ends)
        said = service.meta.annotation(cloud.ends)
        if entry is None or not said or (cloud.needs and said.lower() not in cloud.needs):
            continue
        if not _again(service, cloud) and _of_tls(service, cloud, port):
            return entry
    return None


def _again(service: Service, cloud: _Cloud) -> bool:
    """Whether what comes to the pods is TLS all the same."""
    said = (service.meta.annotation(cloud.renews) or "").lower() if cloud.renews else ""
    return said in cloud.secure if cloud.secure else said not in ("", "false")


def _of_tls(service: Service, cloud: _Cloud, port: ServicePort) -> bool:
    whole = (service.meta.annotation(cloud.whole) or "").lower() if cloud.whole else ""
    if whole in ("https", "http2"):
        return True
    written = [service.meta.annotation(key) or "" for key in cloud.ports]
    named = {part.strip() for text in written for part in text.split(",")} - {""}
    named = named or set(cloud.otherwise)
    own = {str(port.number), port.name.value if port.name is not None else "", "*"}
    return not named or bool(named & (own - {""}))
