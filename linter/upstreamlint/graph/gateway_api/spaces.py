"""Where the proxies of Gateways run, as far as Istio deploys them, and what they speak to backends."""

from __future__ import annotations

from upstreamlint.graph.index import Index
from upstreamlint.model.gateway_api import GatewayClass, KubernetesGateway

_CLASS, _CONTROLLER = "istio", "istio.io/gateway-controller"


def of_istio(index: Index, gateway: object) -> bool:
    """Whether istiod deploys the proxies of a Gateway, which is then in the Gateway's own namespace."""
    if not isinstance(gateway, KubernetesGateway) or gateway.class_name is None or gateway.addressed:
        return False
    name = gateway.class_name.value
    written = [c.controller for c in index.of(GatewayClass) if c.meta.name.value == name]
    return _CONTROLLER in written if written else name == _CLASS


_BY_POLICY = frozenset(
    {
        "gateway.envoyproxy.io/gatewayclass-controller",
        "gateway.nginx.org/nginx-gateway-controller",
        "io.cilium/gateway-controller",
    }
)
"""Controllers that speak TLS to a Service for a BackendTLSPolicy, and for nothing else."""

_BY_APP_PROTOCOL = {
    "eg": "gateway.envoyproxy.io/gatewayclass-controller",
    "nginx": "gateway.nginx.org/nginx-gateway-controller",
    "traefik": "traefik.io/gateway-controller",
}
"""Classes and controllers that speak HTTP/1.1 to a Service, unless its port has an `appProtocol` (GEP-1911).

Istio's go by the name of the port too, and Cilium's speak what their clients speak (`UseDownstreamProtocolConfig`).
"""


def speaks_by_policy(index: Index, gateway: object) -> bool:
    """Whether the proxies of a Gateway speak TLS to a Service only where a BackendTLSPolicy says so."""
    if not isinstance(gateway, KubernetesGateway) or gateway.class_name is None:
        return False
    name = gateway.class_name.value
    written = [c.controller for c in index.of(GatewayClass) if c.meta.name.value == name]
    return bool(written) and all(controller in _BY_POLICY for controller in written)


def speaks_as_stated(index: Index, gateway: object) -> bool:
    """Whether the proxies of a Gateway speak HTTP/1.1 to a Service unless the `appProtocol` of its port says otherwise."""
    if not isinstance(gateway, KubernetesGateway) or gateway.class_name is None:
        return False
    name = gateway.class_name.value
    written = [c.controller for c in index.of(GatewayClass) if c.meta.name.value == name]
    known = written or [_BY_APP_PROTOCOL.get(name, "")]
    return all(controller in _BY_APP_PROTOCOL.values() for controller in known)
