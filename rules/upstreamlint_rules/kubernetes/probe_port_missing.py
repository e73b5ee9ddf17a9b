"""A probe asks a port by a name that its container does not declare.

The kubelet looks a probe's port name up among the ports of the *same* container. It never finds this one, so the
probe fails: with a readiness or startup probe the pod never becomes ready and the Service in front of it stays empty
(`503 no healthy upstream`); with a liveness probe the container is restarted again and again. The port of a gRPC
probe must be a number.

Use a port name that the container declares, or the number.

Basis: `ResolveContainerPort` in kubernetes/kubernetes `pkg/probe/util.go`; Kubernetes documentation, probes.

## Fails

```yaml title="web.yaml"
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
          ports:
            - {name: http, containerPort: 8080}
          readinessProbe:
            httpGet:
              path: /healthz
              port: management  # error: [probe-port-missing] "management"
```

## Passes

```yaml title="web.yaml"
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
          ports:
            - {name: http, containerPort: 8080}
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import unready
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.references import ProbePort
from upstreamlint.model.kubernetes.probe import ProbeAction


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each probe whose port name cannot be found."""
    pools = Pools(graph)
    for reference in graph.broken(ProbePort):
        workload, container, probe = reference.workload, reference.container, reference.probe
        grpc = probe.action is ProbeAction.GRPC
        what = f"{probe.kind} of `{workload.title}` asks port `{reference.wanted}`"
        yield Finding(
            message=f"{what}, but a gRPC probe takes a number only"
            if grpc
            else f"{what}, which container `{container.name}` does not declare",
            primary=Label(
                reference.anchor, "not a number" if grpc else "no port of this container has this name"
            ),
            subject=workload,
            hit=pools.starved(workload),
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=unready(graph, workload, probe.kind),
            fix=reference.fix,
            help=f"use `{reference.near[0].instead}`"
            if reference.near
            else "declare the port in this container, or use its number",
            assumption=reference.assumption,
            fault=f"{container.name} {reference.wanted}",
        )
