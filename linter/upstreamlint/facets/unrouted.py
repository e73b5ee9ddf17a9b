"""What an ingress controller answers to who asks it by its address: no route is for that, but those for every host.

Load balancers ask so. ingress-nginx gives its own health path on every port of the default server, and `404` for all else (rootfs/etc/nginx/template/nginx.tmpl,
`HealthzURI`). The NGINX Ingress Controller of F5 (internal/configs/version1/nginx.tmpl, `default_server`) and that of HAProxy Technologies (its local
default backend) have no such path there.
"""

from __future__ import annotations

from upstreamlint.containers.container import Container
from upstreamlint.containers.data.reference import INGRESS_NGINX, image_reference
from upstreamlint.facets.reply import Reply, Request
from upstreamlint.graph.index import Index
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.model.kubernetes import Ingress
from upstreamlint.values import frozen

_ASSUMED = "no route elsewhere is for every host"
_NOT_FOUND = 404


@frozen(kw_only=True)
class Unrouted:
    """A controller: the ports of requests, what it answers with 200 there, and the flags that change that."""

    images: tuple[str, ...]
    ports: frozenset[int]
    healthy: frozenset[str] = frozenset()
    unless: tuple[str, ...] = ()


_CONTROLLERS = (
    Unrouted(
        images=INGRESS_NGINX,
        ports=frozenset({80, 443}),
        healthy=frozenset({"/healthz"}),
        unless=("--default-backend-service", "--health-check-path", "--http-port", "--https-port"),
    ),
    Unrouted(
        images=("nginx/nginx-ingress", "nginx-ic/nginx-plus-ingress"),
        ports=frozenset({80, 443}),
        unless=("-health-status", "-default-http-listener-port", "-default-https-listener-port"),
    ),
    Unrouted(
        images=("haproxytech/kubernetes-ingress",),
        ports=frozenset({80, 443, 8080, 8443}),
        unless=("--default-backend-service",),
    ),
)


def unrouted(index: Index, container: Container, request: Request) -> Reply | None:
    """What a request without a Host of its own gets; nothing where the container is none of these, or a route may take it."""
    image = container.image
    if image is None or request.host or container.part is None or container.incomplete:
        return None
    reference = image_reference(image.value)
    known = next((c for c in _CONTROLLERS if reference.ends_in(c.images)), None)
    if known is None or request.port not in known.ports or any(_told(container, f) for f in known.unless):
        return None
    if request.path.partition("?")[0] in known.healthy:
        return Reply(status=200, anchor=image.anchor, text="this is its own health path")
    if _takes_every_host(index):
        return None
    return Reply(
        status=_NOT_FOUND,
        anchor=image.anchor,
        text=f"what no route is for gets {_NOT_FOUND} here",
        assumption=_ASSUMED,
    )


def _told(container: Container, flag: str) -> bool:
    return any(word.value.lstrip("-").startswith(flag.lstrip("-")) for word in container.words)


def _takes_every_host(index: Index) -> bool:
    ingresses = (b.host in ("", "*") for i in index.of(Ingress) for b in i.backends)
    return any(ingresses) or any(not route.hostnames for route in index.of(GatewayRoute))
