"""A Service selects only pods that finish.

The pods of a Job or CronJob complete, and a completed pod is no endpoint. A Service that selects nothing else is empty as
soon as they are done, and before the next run: `503 no healthy upstream`.

Select the pods of a workload that keeps running.

Basis: EndpointSlice controller, `ShouldPodBeInEndpoints`.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}  # warning: [service-selects-finished-pods] "finish"
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      restartPolicy: Never
      containers: [{name: app}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      restartPolicy: Never
      containers: [{name: app}]
---
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.references import ServiceSelector


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service with nothing but jobs behind it."""
    for selector in graph.references(ServiceSelector):
        workloads = selector.workloads
        if not workloads or not all(w.finishes for w in workloads) or selector.service.headless:
            continue
        yield Finding(
            message=f"Service `{selector.service.title}` selects only pods that finish",
            primary=Label(selector.anchor, "matches the pods of jobs only"),
            subject=selector.service,
            related=tuple(Label(w.anchor, f"`{w.title}` completes") for w in workloads[:3]),
            symptom=met(graph, selector.service, Failure.NO_ENDPOINTS),
            help="select the pods of a workload that keeps running",
        )
