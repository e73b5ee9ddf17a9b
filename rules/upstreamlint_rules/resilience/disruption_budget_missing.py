"""Nothing keeps a drain from evicting all pods of a route at once.

Draining nodes evicts pods without looking at the others. A PodDisruptionBudget makes the drain wait until enough pods of
the workload are ready elsewhere.

Add a budget with `maxUnavailable: 1`. A file that has other budgets is expected to have one for each routed workload;
where there are none at all, nothing is said.

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
metadata:
  name: web  # info: [disruption-budget-missing] "drain"
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: api}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: api}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
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
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.routed import routed_workloads
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.model.kubernetes import DisruptionBudget
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed workload without a budget, where there are budgets."""
    if not graph.nodes(DisruptionBudget):
        return
    kept = {
        id(w)
        for s in graph.references(PodSelector)
        if isinstance(s.owner, DisruptionBudget)
        for w in s.workloads
    }
    wide = {b.meta.namespace for b in graph.nodes(DisruptionBudget) if b.pods is not None and b.pods.is_empty}
    for workload, _ in routed_workloads(graph):
        if id(workload) in kept or workload.meta.namespace in wide or workload.meta.kind == "DaemonSet":
            continue
        if (integer(workload.replicas) or 1) < 2:  # noqa: PLR2004
            continue
        yield Finding(
            message=f"no PodDisruptionBudget keeps pods of `{workload.title}` during a drain",
            primary=Label(workload.anchor, "a route ends here"),
            subject=workload,
            help="add a PodDisruptionBudget with `maxUnavailable: 1`",
        )
