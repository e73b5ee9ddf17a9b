"""A container dials one pod by a name that does not exist.

A pod has a name of its own, `pod.service.namespace.svc`, only behind a *headless* Service: for a StatefulSet the one that
its `serviceName` names, with ordinals below `replicas`. Any other such name does not resolve.

Make the Service headless and name it in `serviceName`, or dial an ordinal that exists.

Basis: Kubernetes documentation, "Stable Network ID".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - {name: db}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: DB_URL
              value: postgres://db-2.db:5432/shop  # error: [pod-dns-name-unresolvable] "beyond the replicas"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: db}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers:
        - {name: db}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: DB_URL
              value: postgres://db-1.db:5432/shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import caller


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name of a pod that does not resolve."""
    for host in graph.judged(Obstacle.POD_NAME):
        fault = "; ".join(text for _, text in host.far_end)
        yield Finding(
            message=f"`{host.wanted}`, which {caller(host.dial)} dials, does not resolve: {fault}",
            primary=Label(host.anchor, "no such pod"),
            subject=host.owner,
            related=tuple(Label(anchor, f"the Service: {text}") for anchor, text in host.far_end),
            symptom=symptom(host),
            help="dial a pod that exists, behind the headless Service that governs it",
            fault=f"{host.dial.variable} {host.target.id} {fault}",
        )
