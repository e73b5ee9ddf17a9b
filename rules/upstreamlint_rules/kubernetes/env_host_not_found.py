"""A container is told to dial a Service that does not exist.

A variable of a container (its own, or one of a ConfigMap that it takes whole) names a host that no Service has, while a
Service of a similar name is near or the Service lives in another namespace. The name does not resolve, and whatever
the container does for its clients with that Service fails.

Correct the name; a Service of another namespace is `name.namespace`.

Basis: Kubernetes documentation, "DNS for Services and Pods".

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
              value: http://catalogue:80  # warning: [env-host-not-found] "`catalogue`"
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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.pod_hosts import PodHost


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that no Service answers to."""
    for host in graph.broken(PodHost):
        if host.service is not None:
            continue
        near = host.near[0]
        yield Finding(
            message=f"no Service `{host.wanted}`, which `{host.workload.title}` dials",
            primary=Label(host.anchor, f"`{host.variable}` names no Service that its pods can see"),
            subject=host.workload,
            related=(Label(near.anchor, near.text),),
            symptom=Symptom(log="the name does not resolve: `no such host`"),
            help=f"use `{near.instead}`",
            fault=f"{host.variable} {host.wanted}",
        )
