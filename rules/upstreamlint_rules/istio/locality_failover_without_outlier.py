"""A failover between regions that nothing triggers.

Istio sends requests to another region when the endpoints of the own one are not healthy, and it learns that from outlier
detection alone. Without `outlierDetection` the setting is ignored: when the region fails, its clients keep getting
its errors, or `503 no healthy upstream` (flag `UH`).

Add `outlierDetection` to the same policy.

Basis: istio, `validation.go` ("outlier detection policy must be provided for failover").

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
    loadBalancer:
      localityLbSetting:
        failover:  # warning: [locality-failover-without-outlier] "never"
          - from: eu-west-1
            to: eu-central-1
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
    loadBalancer:
      localityLbSetting:
        failover:
          - from: eu-west-1
            to: eu-central-1
    outlierDetection:
      consecutive5xxErrors: 5
      maxEjectionPercent: 10
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.model.istio import DestinationRule
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each failover without outlier detection."""
    for owner in graph.nodes(DestinationRule):
        policy = owner.policy
        balancer = policy.node.mapping("loadBalancer") if policy is not None else None
        locality = balancer.mapping("localityLbSetting") if balancer is not None else None
        if policy is None or locality is None or policy.node.get("outlierDetection") is not None:
            continue
        if owner.meta.patched or not any(k in locality for k in ("failover", "failoverPriority")):
            continue
        key = "failover" if "failover" in locality else "failoverPriority"
        yield Finding(
            message=f"the failover of DestinationRule `{owner.title}` is never triggered",
            primary=Label(locality.key(key), "ignored without `outlierDetection`"),
            subject=owner,
            symptom=NO_HEALTHY_UPSTREAM._replace(log="when the own region fails"),
            help="add `outlierDetection` to the same `trafficPolicy`",
        )
