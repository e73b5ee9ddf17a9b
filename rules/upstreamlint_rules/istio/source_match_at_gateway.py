"""A route of a gateway asks for a client that the gateway is not.

`sourceLabels` and `sourceNamespace` are compared with the proxy that carries out the route. At a gateway that is the gateway itself,
never the workload or the person behind it: a route that asks for other labels is left out. When no other route takes its requests,
they are answered `404` with an empty body (flag `NR`).

Drop the match, or bind the route to the mesh.

Basis: istio, `route.go` (`sourceMatchHTTP`); measured with istiod and Envoy: 404 NR.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ["*"]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: shop}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  template:
    metadata: {labels: {istio: ingressgateway}}
    spec:
      containers:
        - name: istio-proxy
          image: auto
          readinessProbe: {httpGet: {path: /healthz/ready, port: 15021}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example]
  gateways: [edge]
  http:
    - match:
        - sourceLabels:  # error: [source-match-at-gateway] "is not"
            app: cart
      route:
        - destination: {host: shop}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80, targetPort: 8080}]
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ["*"]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: shop}
spec:
  selector: {matchLabels: {istio: ingressgateway}}
  template:
    metadata: {labels: {istio: ingressgateway}}
    spec:
      containers:
        - name: istio-proxy
          image: auto
          readinessProbe: {httpGet: {path: /healthz/ready, port: 15021}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example]
  gateways: [edge]
  http:
    - match:
        - sourceLabels:
            istio: ingressgateway
      route:
        - destination: {host: shop}
---
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: shop}
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80, targetPort: 8080}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references import ShadowedRoute
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that a gateway leaves out, and whose requests nothing else takes."""
    for route in graph.broken(ShadowedRoute):
        if route.source is None or route.gateway is None or route.taker is not None:
            continue
        yield Finding(
            message=f"route `{route.wanted}` of VirtualService `{route.virtual_service.title}` asks for a client that "
            f"Gateway `{route.gateway.title}` is not",
            primary=Label(route.source, "compared with the pods of the gateway"),
            subject=route.virtual_service,
            hit=route.hits,
            related=(Label(route.gateway.anchor, "the route is for this Gateway"),),
            symptom=NO_ROUTE,
            help="drop this match, or bind the route to the mesh",
            assumption=route.assumption,
            fault=route.wanted,
        )
