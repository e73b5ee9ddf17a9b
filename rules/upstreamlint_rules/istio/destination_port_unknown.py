"""A route leads to a port that its host does not have.

The port of a destination is a port of the Service (or ServiceEntry), never of the container. Istio builds a
cluster for each port of the host; for another number there is none, and the proxy answers `503` with an empty
body (flag `NC`).

Without a port, a destination gets the port of the listener that the request came in by: in the mesh that is the
port of the host that is called, so the destination must have the same one. Only at a gateway a host of a single
port needs none written.

A port for UDP makes no cluster either.

Use a port of the Service.

Basis: istio, `route.go` (`GetDestinationCluster`); measured with Envoy: an unknown cluster answers 503 NC.

## Fails

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 80
      targetPort: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            port:
              number: 9080  # error: [destination-port-unknown] "no port 9080"
```

## Passes

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 80
      targetPort: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            port:
              number: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references import MeshPort
from upstreamlint.symptoms import NO_CLUSTER


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each destination port without a cluster."""
    for port in graph.broken(MeshPort):
        if port.mirror:
            continue
        numbers = ", ".join(near.instead for near in port.near if near.instead)
        text = f"without a port, the listener's is used ({port.wanted})" if port.omitted else "no such port"
        yield Finding(
            message=f"`{port.host}` has no port {port.wanted}",
            primary=Label(port.anchor, text),
            subject=port.target,
            related=tuple(Label(near.anchor, near.text) for near in port.near),
            symptom=port.answer(NO_CLUSTER),
            help=_help(numbers),
            assumption=port.assumption,
            fault=f"{port.host}:{port.wanted}",
        )


def _help(numbers: str) -> str:
    if not numbers:
        return "route to a port for TCP"
    return f"route to one of the ports {numbers}" if "," in numbers else f"route to port {numbers}"
