"""A connection pool that takes a single request at a time.

Requests beyond the limits of a `connectionPool` are not queued but refused: `503` with the body `upstream connect error or
disconnect/reset before headers. reset reason: overflow` (flag `UO`). With a limit of one, two requests at a time are an
overflow. The limit holds for each proxy on its own.

Raise the limit to what one proxy sends at its busiest.

Basis: istio, `cluster_traffic_policy.go`; measured with Envoy: beyond the limit the answer is 503 UO.

## Fails

```yaml title="mesh.yaml"
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
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  trafficPolicy:
    connectionPool:
      http:
        http2MaxRequests: 1  # warning: [connection-pool-starves] "one request"
```

## Passes

```yaml title="mesh.yaml"
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
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  trafficPolicy:
    connectionPool:
      http:
        http2MaxRequests: 1000
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.documents import Mapping, Scalar
from upstreamlint.model.istio import DestinationRule
from upstreamlint.model.kubernetes.meta import integer

_OVERFLOW = Symptom(503, "upstream connect error or disconnect/reset before headers", "UO", "overflow")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pool of one request."""
    for owner in graph.nodes(DestinationRule):
        policies = [p for p in (owner.policy, *(s.policy for s in owner.subsets)) if p is not None]
        pools = [pool for policy in policies if (pool := policy.node.mapping("connectionPool")) is not None]
        limit = next((found for pool in pools if (found := _limit(pool)) is not None), None)
        if limit is None or owner.meta.patched:
            continue
        yield Finding(
            message=f"DestinationRule `{owner.title}` lets one request at a time through",
            primary=Label(limit.anchor, "a second request at the same time is refused"),
            subject=owner,
            symptom=_OVERFLOW,
            help="raise the limit to what one proxy sends at its busiest",
        )


def _limit(pool: Mapping) -> Scalar | None:
    """The limit that is one: of requests, or of connections when no request may wait for one."""
    http, tcp = pool.mapping("http"), pool.mapping("tcp")
    requests = http.scalar("http2MaxRequests") if http is not None else None
    if integer(requests) == 1:
        return requests
    pending = http.scalar("http1MaxPendingRequests") if http is not None else None
    connections = tcp.scalar("maxConnections") if tcp is not None else None
    return connections if integer(connections) == 1 and integer(pending) == 1 else None
