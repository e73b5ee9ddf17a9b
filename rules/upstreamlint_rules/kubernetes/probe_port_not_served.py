"""A probe asks a port number that cannot be meant.

A numeric probe port is dialled on the pod and needs no declaration, so an undeclared one is normally fine. It is suspect
when it is the *Service's* port while the pod serves another, when the pod would declare it with other values of its
chart, when it is a declared port with its digits swapped, one of them lost or doubled, when another probe of the
container asks the same of a port that is declared (or something else of one, when nothing but this probe names the
number), when a ConfigMap of the pod names the one port that is declared and nothing the number, or when `host` is a loopback address: the kubelet dials it from the node. So is the number of a port that is asked by
its name, when it is declared with such a slip of what the program is told to serve, and a port that the program only opens when told to (`metrics` of cloudflared). The probe fails, and the pod never becomes
ready.

Ask the port that the container listens on, and leave `host` out.

Basis: Kubernetes API, `HTTPGetAction`; kubernetes/kubernetes `pkg/probe`.

## Fails

```yaml title="app.yaml"
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
            httpGet:
              path: /ready
              port: 80  # warning: [probe-port-not-served] "port 80"
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
            httpGet: {path: /ready, port: 9000}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import unready
from upstreamlint.graph.references import ProbeNumber


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each probe whose number is a slip."""
    for reference in graph.broken(ProbeNumber):
        near = reference.near[0] if reference.near else None
        yield Finding(
            message=f"{reference.probe.kind} of `{reference.workload.title}` asks port {reference.wanted}: {reference.why}",
            primary=Label(reference.anchor, "asked by the kubelet"),
            subject=reference.workload,
            related=tuple(Label(other.anchor, other.text) for other in reference.near),
            symptom=unready(graph, reference.workload, reference.probe.kind),
            fix=reference.fix,
            help=f"ask port {near.instead}"
            if near and near.instead
            else "ask the port that the container listens on",
            assumption=reference.assumption,
            fault=f"{reference.container.name} {reference.probe.kind}",
        )
