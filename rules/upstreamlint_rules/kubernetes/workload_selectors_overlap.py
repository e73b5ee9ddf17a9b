"""Two workloads claim each other's pods.

Controllers find their pods by labels. When the selectors of two workloads each match the pods of the other, they count and
scale each other's pods, and Services and disruption budgets cannot tell them apart. The API does not prevent it.

Give each workload a label of its own, in its selector and its template.

Basis: Kubernetes documentation, Deployment, "Selector" (do not overlap labels or selectors).

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}  # warning: [workload-selectors-overlap] "Deployment/api"
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
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
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
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
from upstreamlint.graph.references import SharedPods


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pair that claims the same pods."""
    for shared in graph.broken(SharedPods):
        yield Finding(
            message=f"`{shared.workload.title}` and `{shared.other.title}` select each other's pods",
            primary=Label(shared.anchor, "matches the pods of both"),
            subject=shared.workload,
            related=(Label(shared.other.anchor, "so does this one's selector"),),
            help="give each workload a label of its own, in its selector and its template",
            fault=shared.other.id,
        )
