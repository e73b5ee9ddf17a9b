"""Everything behind a route has `replicas: 0`.

A workload with zero replicas runs no pods, so the Service in front of it has no endpoints and every request is
answered `503 no healthy upstream`. A HorizontalPodAutoscaler does not lift zero: it stops adjusting a target that is
scaled to zero. The same holds for a ServiceEntry of Istio that selects these pods alone. KEDA, Knative and an Argo Rollout with a `workloadRef` do scale from zero, so nothing is said there.

Set the number of replicas, or leave the field out when an autoscaler sets it.

Basis: Kubernetes documentation, Horizontal Pod Autoscaling, "Implicit maintenance-mode deactivation".

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
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0  # error: [backend-scaled-to-zero] "runs no pods"
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: app}]
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
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          readinessProbe: {tcpSocket: {port: 80}}
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: web}
spec:
  scaleTargetRef: {name: web}
  triggers: [{type: cron, metadata: {timezone: UTC, start: 0 8 * * *, end: 0 18 * * *, desiredReplicas: "2"}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.references import EntrySelector, Replicas, ServiceSelector
from upstreamlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from upstreamlint.model.istio import ServiceEntry
    from upstreamlint.model.kubernetes import Service


_FEW = 3


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each workload without pods that a routed Service has nothing beside."""
    dead = {id(r.workload): r for r in graph.broken(Replicas)}
    pools = Pools(graph)
    many = len(dead) > _FEW
    for front, selector in _fronts(graph) if dead else ():
        if not selector.workloads or not graph.reaches(front):
            continue
        if not all(id(w) in dead for w in selector.workloads):
            continue
        name = f"{front.meta.kind} `{front.title}`"
        for workload in selector.workloads:
            yield Finding(
                message=f"`{workload.title}` runs no pods, and {name} has no others",
                primary=Label(dead[id(workload)].anchor, "no pods are started"),
                subject=workload,
                hit=pools.starved(workload),
                related=(Label(selector.anchor, f"{name} selects these pods"),),
                symptom=met(graph, front, Failure.NO_ENDPOINTS),
                help="set the number of replicas; an HPA does not lift zero",
                assumption="they are not switched off on purpose, as many here are" if many else "",
            )


def _fronts(graph: Graph) -> Iterator[tuple[Service | ServiceEntry, ServiceSelector | EntrySelector]]:
    """What selects pods for requests: Services, then the entries that have no other endpoints."""
    yield from ((s.service, s) for s in graph.references(ServiceSelector))
    yield from ((e.entry, e) for e in graph.references(EntrySelector) if e.alone)
