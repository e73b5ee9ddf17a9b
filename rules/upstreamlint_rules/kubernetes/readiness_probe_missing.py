"""A container that a route leads to has no readiness probe.

Without a readiness probe a container counts as ready the moment its process starts. Its pod gets requests before it
listens: at every start, rollout and restart, clients see refused connections, `502` or `503`. Only containers that
serve the port that a route leads to are judged; jobs and pods that nothing routes to are not, nor are pods that a cloud's
load balancer asks for their health.

Add a readiness probe that asks what the requests need, on the port that serves them.

Basis: Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes" (the default state is success).

## Fails

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend:
    service: {name: web, port: {number: 80}}
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
      containers:
        - name: app  # info: [readiness-probe-missing] "`app`"
          ports: [{containerPort: 8080}]
```

## Passes

```yaml title="web.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  defaultBackend:
    service: {name: web, port: {number: 80}}
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
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.pods.workloads import KNATIVE
from upstreamlint.graph.kubernetes.probes.health_askers import asked_for_health
from upstreamlint.graph.kubernetes.services.serving import serving_container
from upstreamlint.graph.references import TargetPort
from upstreamlint.model.kubernetes import Workload
from upstreamlint.model.kubernetes.probe import ProbeKind


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each serving container that counts as ready too early."""
    asked = asked_for_health(graph)
    for target in graph.references(TargetPort):
        workload = target.workload
        if target.broken or _apart(workload) or id(target.service) in asked:
            continue
        container = serving_container(workload, target.number)
        if (
            container is None
            or container.probe(ProbeKind.READINESS) is not None
            or not graph.reaches(target.port)
        ):
            continue
        yield Finding(
            message=f"container `{container.name}` of `{workload.title}` has no readiness probe, "
            f"but Service `{target.service.title}` sends requests to it",
            primary=Label(
                container.name.anchor if container.name else container.anchor, "counts as ready at once"
            ),
            subject=workload,
            related=(Label(target.port.anchor, "requests come from here"),),
            symptom=met(graph, target.port, Failure.REFUSED, "at every start, rollout and restart of a pod"),
            help="add a `readinessProbe`" + (f" on port {target.number}" if target.number else ""),
            fault=str(container.name),
        )


def _apart(workload: Workload) -> bool:
    """Whether its pods come and go by other laws, or the manifest is not the whole truth."""
    if workload.finishes or workload.scaled_to_zero or workload.meta.patched:
        return True
    return workload.meta.group == KNATIVE
