"""A VirtualService has a host that none of its gateways serves.

A gateway takes only the hosts that its servers list, and only from VirtualServices of the namespace before the
slash, if there is one (`./*`, `shop/*.example`). A route for another host is left out: requests for it are answered
`404` with an empty body (flag `NR`), or with a reset connection when TLS finds no server for the name.

A VirtualService for TCP or TLS alone needs one host that a server has: connections have none.

The same happens to every host of a VirtualService whose `exportTo` does not reach the namespace of the
gateway's pods.

Add the host to a server of the gateway, or correct it.

Basis: istio, `gateway.go` (`buildGatewayHTTPRouteConfig`); measured with Envoy: no virtual host answers 404 NR.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - shop.example  # error: [host-not-in-gateway] "`shop.example`"
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: shop
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*.store.example"
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - www.store.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: shop
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*.store.example"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.gateways import GatewayHost
from upstreamlint.symptoms import NO_ROUTE, streamed


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that its gateways do not serve."""
    for host in graph.broken(GatewayHost):
        owner = host.virtual_service
        names = ", ".join(f"`{gateway.title}`" for gateway in host.gateways)
        if host.exported:
            message = f"host `{host.wanted}` is served by no server of Gateway {names}"
            text, change = (
                "no server has this host",
                f"add `{host.wanted}` to the hosts of a server, or correct it",
            )
        else:
            message = (
                f"Gateway {names} serves `{host.wanted}`, but does not see VirtualService `{owner.title}`"
            )
            text = f"not exported to namespace `{host.client}`, where the gateway's pods run"
            change = f"add `{host.client}` to `exportTo`"
        yield Finding(
            message=message,
            primary=Label(host.anchor, text),
            subject=owner,
            hit=host.hits,
            related=tuple(Label(near.anchor, near.text) for near in host.near),
            symptom=streamed(NO_ROUTE) if host.streams else NO_ROUTE,
            help=change,
            fault=host.wanted if host.exported else "exportTo",
        )
