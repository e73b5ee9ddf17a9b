"""A container is told to dial a port that the Service does not have.

A Service forwards the ports that it lists, and no others: a connection to another port of its address is refused or
times out. The port of the *Service* counts, not the container's. Headless Services are not meant here; their pods are
dialled directly.

Name a port that the Service has.

Basis: Kubernetes API, `ServiceSpec.ports`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
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
            - name: CATALOG_URL
              value: http://catalog:8080  # warning: [env-port-not-on-service] "port 8080"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
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
            - name: CATALOG_URL
              value: http://catalog:80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.pod_hosts import PodPort
from upstreamlint.graph.upstreams import PortObstacle
from upstreamlint.symptoms import CONNECTION_FAILED


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that the Service does not forward."""
    for port in graph.broken(PodPort):
        if port.obstacle is not PortObstacle.NOT_ON_SERVICE:
            continue
        yield Finding(
            message=f"Service `{port.service.title}` has no port {port.number}, which `{port.workload.title}` dials",
            primary=Label(port.anchor, f"named in `{port.variable}`"),
            subject=port.workload,
            related=tuple(Label(near.anchor, near.text) for near in port.near),
            symptom=CONNECTION_FAILED,
            help=f"use port {port.near[0].instead}" if port.near else "name a port that the Service has",
            fault=f"{port.variable} {port.wanted}",
        )
