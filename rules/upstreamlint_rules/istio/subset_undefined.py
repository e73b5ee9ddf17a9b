"""A route leads to a subset that no DestinationRule of its host defines.

Istio builds a cluster for each subset that a DestinationRule defines. A route to any other subset is accepted
all the same, but its cluster does not exist: the proxy answers `503` with an **empty body** (flag `NC`, no
cluster), for the subset's share of the requests. It is not `no healthy upstream`.

A subset that a DestinationRule defines where the client cannot see it is reported by
`destination-rule-not-visible`.

Correct the subset's name, or define it in the DestinationRule of the host.

Basis: istio, `route.go` (`GetDestinationCluster`) and `cluster_builder.go`; measured with Envoy: an unknown
cluster answers 503 NC.

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
      port: 9080
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
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  subsets:
    - name: v2
      labels:
        version: v2
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
            subset: v3  # error: [subset-undefined] "subset `v3`"
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
      port: 9080
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
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  subsets:
    - name: v2
      labels:
        version: v2
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
            subset: v2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import SubsetName
from upstreamlint.symptoms import NO_CLUSTER


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed subset that is defined nowhere."""
    for name in graph.broken(SubsetName):
        if name.hidden is not None or name.mirror:
            continue
        instead = next((near.instead for near in name.near if near.instead), "")
        yield Finding(
            message=f"no DestinationRule defines subset `{name.wanted}` of `{name.host}`",
            primary=Label(name.anchor, "no such subset"),
            subject=name.target,
            related=tuple(Label(near.anchor, near.text) for near in name.near),
            symptom=name.answer(NO_CLUSTER),
            fix=name.fix,
            help=(f"use `{instead}`, or " if instead else "")
            + f"define subset `{name.wanted}` in a DestinationRule for the host",
            assumption=name.assumption,
            fault=f"{name.host}#{name.wanted}",
        )
