"""Pods of a route are killed without time to finish.

When a pod stops, proxies learn of it later than the container. With `terminationGracePeriodSeconds: 0` the container is
killed at once: requests in flight are cut, and those that still arrive are refused (`502`, `503`).

Leave the period at its default of 30 seconds, and let a `preStop` hook wait a few seconds.

Basis: Kubernetes documentation, "Pod Lifecycle", "Termination of Pods".

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 0  # warning: [no-graceful-shutdown] "at once"
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 30
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.gateway_api.routed import routed_workloads
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed workload whose pods are killed at once."""
    for workload, _ in routed_workloads(graph):
        period = workload.template.grace_period
        if period is None or integer(period) != 0:
            continue
        yield Finding(
            message=f"the pods of `{workload.title}` are killed at once when they stop",
            primary=Label(period.anchor, "no time to finish requests"),
            subject=workload,
            symptom=met(graph, workload, Failure.REFUSED, "at every rollout and eviction"),
            help="leave `terminationGracePeriodSeconds` at 30, and add a `preStop` hook that waits",
        )
