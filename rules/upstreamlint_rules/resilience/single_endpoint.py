"""A route ends at one single pod.

With one replica every restart, rollout, eviction and node failure leaves the Service without an endpoint for as long as
the new pod takes: `503 no healthy upstream`.

Run two replicas or more, or let an autoscaler with a minimum of two do so.

Basis: Kubernetes documentation, "Disruptions".

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
  replicas: 1  # info: [single-endpoint] "one pod"
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
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
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
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
from upstreamlint.graph.references import AutoscalerTarget
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed workload that says one replica, or leaves it at one."""
    scaled = {(t.autoscaler.target_kind, t.wanted) for t in graph.references(AutoscalerTarget)}
    for workload, alone in routed_workloads(graph):
        if not alone or workload.meta.kind not in ("Deployment", "StatefulSet", "ReplicaSet"):
            continue
        if (workload.meta.kind, workload.meta.name.value) in scaled:
            continue
        if workload.replicas is not None and integer(workload.replicas) != 1:
            continue
        yield Finding(
            message=f"`{workload.title}` is one pod, and a route ends there",
            primary=Label(workload.replicas.anchor if workload.replicas else workload.anchor, "one pod"),
            subject=workload,
            symptom=met(graph, workload, Failure.NO_ENDPOINTS, "while the pod restarts"),
            help="run at least two replicas",
        )
