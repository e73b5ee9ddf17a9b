"""A Service keeps traffic on the node, and few nodes have a pod.

With `internalTrafficPolicy: Local` a client reaches only the pods on its own node; on a node without one, its packets are
dropped. With `externalTrafficPolicy: Local` a node without a pod drops what the load balancer or a client sends it. Unless
a DaemonSet puts a pod on every node, part of the requests may be lost. A load balancer that checks the nodes' health does
not send to those without a pod, so the external kind is only a hint.

Use `Cluster`, or run the pods as a DaemonSet.

Basis: Kubernetes documentation, "Service Internal Traffic Policy" and "External traffic policy".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  internalTrafficPolicy: Local  # warning: [traffic-policy-local-thin] "own node"
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
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  internalTrafficPolicy: Local
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: DaemonSet
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
from upstreamlint.graph.references import ServiceSelector
from upstreamlint.symptoms import TIMEOUT


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service that may find no pod on the node."""
    for selector in graph.references(ServiceSelector):
        service = selector.service
        policy = service.internal_local or service.external_local
        if (
            policy is None
            or not selector.workloads
            or any(w.meta.kind == "DaemonSet" for w in selector.workloads)
        ):
            continue
        internal = service.internal_local is not None
        workload = selector.workloads[0]
        yield Finding(
            message=f"Service `{service.title}` reaches pods of the {'client' if internal else 'receiving'}'s own node only",
            primary=Label(policy.anchor, "drops requests on nodes without a pod"),
            subject=service,
            related=(Label(workload.anchor, f"`{workload.title}` does not run on every node"),),
            symptom=TIMEOUT,
            help="use `Cluster`, or run the pods as a DaemonSet",
            assumption="" if internal else "the load balancer sends to nodes without a pod",
        )
