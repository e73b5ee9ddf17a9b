"""A VirtualService has no route of the kind that its gateway uses.

A server of a Gateway uses one kind of routes: `http` when it speaks HTTP or ends HTTPS, `tls` when it passes TLS through
(`mode: PASSTHROUGH`), `tcp` for the rest. Routes of another kind are left out without a word: the gateway resets
the connection, or answers `404` (flag `NR`).

Write the routes under the kind that the server uses, or change the server.

Basis: istio, `gateway.go` (`buildGatewayListeners`, `buildGatewayTCPBasedFilterChains`); measured with Envoy: no route answers 404 NR, no filter chain resets.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - shop.example
  gateways:
    - istio-ingress/edge
  http:
    - route:  # error: [route-kind-unused] "`http`"
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
        number: 443
        name: tls
        protocol: TLS
      hosts:
        - "*"
      tls:
        mode: PASSTHROUGH
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
    - shop.example
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
        - "*"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.gateways import RouteKind
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each VirtualService that its gateway has no use for."""
    for kind in graph.broken(RouteKind):
        place = kind.server.tls_mode.anchor if kind.server.tls_mode is not None else kind.server.anchor
        yield Finding(
            message=f"Gateway `{kind.gateway.title}` uses `{kind.used}` routes, and VirtualService "
            f"`{kind.virtual_service.title}` has only `{kind.wanted}` routes",
            primary=Label(kind.anchor, f"`{kind.wanted}` routes are left out"),
            subject=kind.virtual_service,
            related=(Label(place, "the server"),),
            symptom=NO_ROUTE._replace(log="or a reset connection"),
            help=f"write the routes under `{kind.used}`, or change the server",
        )
