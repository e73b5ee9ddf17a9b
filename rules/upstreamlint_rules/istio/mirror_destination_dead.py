"""Requests are mirrored to something that is not there.

A mirror gets a copy of each request, and its answer is thrown away. When its host, port or subset does not exist, or has
no endpoint, the copies are lost: clients notice nothing, and neither does the author.

Correct the destination of the mirror.

Basis: istio, `route.go` (mirrors use the same look-up as destinations).

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
  subsets:
    - name: v1
      labels:
        version: v1
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
      mirror:
        host: reviews
        subset: v9  # warning: [mirror-destination-dead] "subset `v9`"
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
  subsets:
    - name: v1
      labels:
        version: v1
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
      mirror:
        host: reviews
        subset: v1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.destinations import (
    MeshHost,
    MeshPort,
    MeshReference,
    SubsetLabels,
    SubsetName,
)

_LOST = Symptom(log="the mirrored copies are lost; clients notice nothing")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each mirror that leads nowhere."""
    for kind, what in _KINDS:
        for reference in graph.broken(kind):
            if not reference.mirror:
                continue
            yield Finding(
                message=f"requests are mirrored to {what} `{reference.wanted}`, which is not there",
                primary=Label(reference.anchor, "the copies go nowhere"),
                subject=reference.target,
                related=tuple(Label(near.anchor, near.text) for near in reference.near),
                symptom=_LOST,
                help="correct the destination of the mirror",
                fault=f"{what} {reference.wanted}",
            )


_KINDS: tuple[tuple[type[MeshReference], str], ...] = (
    (MeshHost, "host"),
    (MeshPort, "port"),
    (SubsetName, "subset"),
    (SubsetLabels, "a subset with labels"),
)
