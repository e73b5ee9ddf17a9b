"""A rollout takes all pods of a route away at once.

With the strategy `Recreate` all old pods stop before a new one starts. With `maxUnavailable: 100%`, or as many as there
are replicas, a rolling update does the same. Until the new pods are ready, the Service is empty:
`503 no healthy upstream`. `maxUnavailable` percentages round down.

Use `RollingUpdate` with `maxUnavailable: 0`, if the application can run twice.

Basis: Kubernetes API, `RollingUpdateDeployment`.

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
  replicas: 2
  strategy:
    type: Recreate  # warning: [rollout-empties-service] "Recreate"
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
  replicas: 2
  strategy:
    rollingUpdate: {maxUnavailable: 50%}
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
from upstreamlint.documents import Scalar
from upstreamlint.graph.gateway_api.routed import routed_workloads
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each strategy that leaves no pod of a routed workload."""
    for workload, alone in routed_workloads(graph):
        emptying = _emptying(workload) if alone else None
        if emptying is None:
            continue
        yield Finding(
            message=f"every rollout of `{workload.title}` stops all its pods first: `{emptying}`",
            primary=Label(emptying.anchor, "leaves no pod"),
            subject=workload,
            symptom=met(graph, workload, Failure.NO_ENDPOINTS, "during every rollout"),
            help="use `type: RollingUpdate` with `maxUnavailable: 0`",
        )


def _emptying(workload: Workload) -> Scalar | None:
    if workload.strategy is None or workload.meta.kind not in ("Deployment", "DaemonSet"):
        return None
    kind = workload.strategy.scalar("type")
    if kind is not None and kind.value == "Recreate":
        # Two pods cannot hold a volume that only one may write.
        return None if workload.template.claims else kind
    rolling = workload.strategy.mapping("rollingUpdate")
    most = rolling.scalar("maxUnavailable") if rolling else None
    if most is None:
        return None
    if most.value == "100%":
        return most
    number, replicas = integer(most), integer(workload.replicas) or 1
    return most if number is not None and workload.meta.kind == "Deployment" and number >= replicas else None
