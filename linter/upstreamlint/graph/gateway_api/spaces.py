"""Where the proxies of Gateways run, as far as Istio deploys them, and what they speak to backends."""

from __future__ import annotations

from upstreamlint.graph.index import Index
from upstreamlint.model.gateway_api import GatewayClass, KubernetesGateway

_ISTIO = "istio.io/gateway-controller"
_CILIUM = "io.cilium/gateway-controller"
_ENVOY_GATEWAY = "gateway.envoyproxy.io/gatewayclass-controller"
_NGINX = "gateway.nginx.org/nginx-gateway-controller"
_TRAEFIK = "traefik.io/gateway-controller"

_CLASSES = {"istio": _ISTIO, "cilium": _CILIUM, "eg": _ENVOY_GATEWAY, "nginx": _NGINX, "traefik": _TRAEFIK}
"""The GatewayClasses that installations bring, or their documentation has people make."""

_BY_POLICY = frozenset({_ENVOY_GATEWAY, _NGINX, _CILIUM})
"""Controllers that speak TLS to a Service for a BackendTLSPolicy, and for nothing else."""

_BY_APP_PROTOCOL = frozenset({_ENVOY_GATEWAY, _NGINX, _TRAEFIK})
"""Controllers that speak HTTP/1.1 to a Service, unless its port has an `appProtocol` (GEP-1911).

Istio's go by the name of the port too, and Cilium's speak what their clients speak (`UseDownstreamProtocolConfig`).
"""


def of_istio(index: Index, gateway: object) -> bool:
    """Whether istiod deploys the proxies of a Gateway, which is then in the Gateway's own namespace."""
    deployed = isinstance(gateway, KubernetesGateway) and not gateway.addressed
    return deployed and _ISTIO in _controllers(index, gateway)


def speaks_by_policy(index: Index, gateway: object) -> bool:
    """Whether the proxies of a Gateway speak TLS to a Service only where a BackendTLSPolicy says so."""
    return _all_of(_controllers(index, gateway), _BY_POLICY)


def speaks_as_stated(index: Index, gateway: object) -> bool:
    """Whether the proxies of a Gateway speak HTTP/1.1 to a Service unless the `appProtocol` of its port says otherwise."""
    return _all_of(_controllers(index, gateway), _BY_APP_PROTOCOL)


def _controllers(index: Index, gateway: object) -> tuple[str, ...]:
    """The controllers of a Gateway's class: those that the files name, or else the one whose class is called so."""
    if not isinstance(gateway, KubernetesGateway) or gateway.class_name is None:
        return ()
    name = gateway.class_name.value
    written = tuple(c.controller for c in index.of(GatewayClass) if c.meta.name.value == name)
    return written or ((_CLASSES[name],) if name in _CLASSES else ())


def _all_of(found: tuple[str, ...], known: frozenset[str]) -> bool:
    return bool(found) and known.issuperset(found)
