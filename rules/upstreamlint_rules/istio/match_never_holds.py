"""A route matches what never happens, and nothing else takes its requests.

- `sourceLabels` and `sourceNamespace` are compared with the proxy that carries out the route. At a gateway that is the gateway
  itself, never the workload or the person behind it.
- `gateways` must be among those that the VirtualService is bound to.
- `port` is the port of a server of the gateway, not that of its pods; in the mesh it is a port of one of the hosts.
- `authority` must be one of the hosts of the VirtualService.

A route of which nothing else holds is left out. Requests that it was meant for are answered `404` with an empty body (flag `NR`).

Drop the match, or bind the route to what it asks for.

Basis: istio, `route.go` (`sourceMatchHTTP`, `translateRoute`); measured with istiod and Envoy: 404 NR.

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
        - sourceLabels:  # error: [match-never-holds] "never holds"
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
from upstreamlint.graph.istio.references.routes import ShadowedRoute
from upstreamlint.symptoms import NO_ROUTE, streamed


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route whose match never holds, and whose requests nothing takes."""
    for route in graph.broken(ShadowedRoute):
        if route.never is None or not route.hits:
            continue
        yield Finding(
            message=f"the match of route `{route.wanted}` of VirtualService `{route.virtual_service.title}` never holds",
            primary=Label(route.never, route.why),
            subject=route.virtual_service,
            related=(Label(route.by, "this Gateway is asked"),) if route.by is not None else (),
            hit=route.hits,
            symptom=streamed(NO_ROUTE) if route.streams else NO_ROUTE,
            help="drop this match, or bind the route to what it asks for",
            assumption=route.assumption,
            fault=route.wanted,
        )
