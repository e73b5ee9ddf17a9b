"""Outlier detection may take every endpoint out.

Endpoints that fail several times in a row are ejected, `maxEjectionPercent` of them at most (10 % by default). With 100 %
the last one may go too. Istio sets the panic threshold to `minHealthPercent`, which is 0 by default, so the proxy does not fall
back to ejected endpoints: it answers `503 no healthy upstream` (flag `UH`) until the time is over. With one pod, one
burst of errors is enough.

Lower `maxEjectionPercent`, set `minHealthPercent`, or run more pods.

Basis: istio, `cluster_traffic_policy.go`; measured with Envoy: all hosts ejected answers 503 UH.

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
    outlierDetection:
      consecutive5xxErrors: 5
      maxEjectionPercent: 100  # warning: [outlier-can-empty-pool] "every endpoint"
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
    outlierDetection:
      consecutive5xxErrors: 5
      maxEjectionPercent: 50
      minHealthPercent: 50
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import Ejection
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each ejection that may empty a pool."""
    for ejection in graph.broken(Ejection):
        alone = ejection.pods == 1
        counts = tuple(
            Label(w.replicas.anchor if w.replicas else w.anchor, "one pod")
            for w in ejection.workloads
            if alone
        )
        yield Finding(
            message=f"outlier detection may eject every endpoint of `{ejection.host}`",
            primary=Label(ejection.anchor, "all may go, and nothing sets `minHealthPercent`"),
            subject=ejection.rule,
            related=counts,
            symptom=NO_HEALTHY_UPSTREAM._replace(log="until the ejection ends"),
            help="lower `maxEjectionPercent`, set `minHealthPercent`, or run more pods",
            assumption="" if alone else "every pod fails at the same time",
        )
