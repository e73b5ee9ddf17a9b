"""Load balancers of Services that end TLS, and so speak plain text: to a port of pods that waits for TLS, or that sends what is plain back to it.

After the cloud providers: of AWS `getListener` in legacy-cloud-providers and `buildListenerSpec` of the AWS Load Balancer Controller; `buildForwardingRules` of
digitalocean-cloud-controller-manager; docs/load-balancer-annotations.md of oci-cloud-controller-manager; `ServiceConfig` of hcloud-cloud-controller-manager.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from upstreamlint.documents import Entry, Scalar
from upstreamlint.facets.dial import Caller, Dial, Protocol
from upstreamlint.facets.ends import ends, judge_ends
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.redirect import back_to_tls
from upstreamlint.facets.reply import Request
from upstreamlint.facets.upgrades import by_ingresses
from upstreamlint.graph.index import Index
from upstreamlint.graph.nodes import Route
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.model.kubernetes.chart import ChartRelease
from upstreamlint.model.kubernetes.meta import Labels, labels
from upstreamlint.model.kubernetes.service import Service, ServicePort
from upstreamlint.source import Anchor
from upstreamlint.values import NamedTuple, replace

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
    plain = replace(dial, ended=entry.key.anchor, on_behalf=f"the load balancer of Service `{service.title}`")
    yield from _sent_back(index, plain, port)


def _sent_back(index: Index, dial: Dial, port: ServicePort) -> Iterator[Judgement]:
    """Requests that the pods send back to TLS, which ended before: one for each place that has them do so."""
    seen: set[Anchor] = set()
    for host in dict.fromkeys(b.host for i in index.of(Ingress) for b in i.backends if "*" not in b.host):
        asked = replace(dial, hosts=(host,))
        for found in judge_ends(index, asked, port, port.number, stated=False, connects=False):
            if found.reply is not None and found.reply.anchor not in seen and found.obstacle is _LOOP:
                seen.add(found.reply.anchor)
                yield found


_LOOP = Obstacle.BACK_TO_TLS
_CHARTS = (
    ("ingress-nginx", "controller.service", "controller.config"),
    ("nginx-ingress-controller", "service", "config"),
)
"""Charts of ingress-nginx (kubernetes/ingress-nginx, bitnami/charts), and where their values speak of the Service and of the settings."""


def link(index: Index) -> Iterator[Judgement]:
    """The same of controllers that charts start: their values tell of the load balancer, and to which port of the pods TLS is led."""
    for release in index.of(ChartRelease):
        for chart, service, config in _CHARTS:
            if release.chart.value == chart:
                yield from _charted(index, release, service, config)


def _charted(index: Index, release: ChartRelease, service: str, config: str) -> Iterator[Judgement]:
    written = release.value(f"{service}.annotations")
    target = release.value(f"{service}.targetPorts.https")
    ended = _entry(labels(written), {"443", "https"})
    if ended is None or not isinstance(target, Scalar) or target.value not in ("http", "80"):
        return
    given = release.value(config)
    known = labels(given) if given is not None else None
    settings = known.values if known is not None else {}
    seen: set[Anchor] = set()
    for host in dict.fromkeys(b.host for i in index.of(Ingress) for b in i.backends if "*" not in b.host):
        reply = by_ingresses(index, Request(port=80, method="GET", path="/", host=host), settings)
        if reply is None or reply.anchor in seen:
            continue
        seen.add(reply.anchor)
        dial = Dial(
            caller=Caller(program="load balancer", answers_as="nginx"),
            owner=release,
            route=None,
            host=release.release,
            host_anchor=release.chart.anchor,
            port=443,
            port_anchor=target.anchor,
            protocol=Protocol.HTTP,
            on_behalf=f"the load balancer of `{release.title}`",
            hosts=(host,),
            ended=ended.key.anchor,
        )
        yield back_to_tls(dial, release, 80, reply)


_NGINX = frozenset({"nginx", "nginx-unprivileged", "openresty", "kong", "controller", "nginx-ingress"})


def _ended(service: Service, port: ServicePort) -> Entry | None:
    """The annotation that has a load balancer end the TLS of a port, and speak plain text behind it."""
    name = {port.name.value} if port.name is not None else set()
    return _entry(service.meta.annotations, {str(port.number), *name})


def _entry(annotations: Labels | None, own: set[str]) -> Entry | None:
    """The annotation, for a port that goes by its number and its name."""
    entries = annotations.entries if annotations is not None else {}
    told = annotations.values if annotations is not None else {}
    for cloud in _CLOUDS:
        entry, said = entries.get(cloud.ends), told.get(cloud.ends)
        if entry is None or not said or (cloud.needs and said.lower() not in cloud.needs):
            continue
        if not _again(told, cloud) and _of_tls(told, cloud, own):
            return entry
    return None


def _again(told: Mapping[str, str], cloud: _Cloud) -> bool:
    """Whether what comes to the pods is TLS all the same."""
    said = told.get(cloud.renews, "").lower() if cloud.renews else ""
    return said in cloud.secure if cloud.secure else said not in ("", "false")


def _of_tls(told: Mapping[str, str], cloud: _Cloud, own: set[str]) -> bool:
    if cloud.whole and told.get(cloud.whole, "").lower() in ("https", "http2"):
        return True
    named = {part.strip() for key in cloud.ports for part in told.get(key, "").split(",")} - {""}
    named = named or set(cloud.otherwise)
    return not named or bool(named & {*own, "*"})
