"""A readiness gate that nothing in the files sets.

A pod with a readiness gate is ready only when something sets that condition on it. When nothing does, the pods never
become ready and the Service stays empty. Gates of the cloud's load balancers set themselves and are not reported; the
others only when the files are known to be complete (`--complete`).

Remove the gate, or deploy what sets it.

Basis: Kubernetes documentation, "Pod readiness".

## Fails

```yaml title="kustomization.yaml"
resources: [app.yaml]
```

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      readinessGates:
        - conditionType: example.com/warmed-up  # warning: [readiness-gate-unset] "warmed-up"
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
      readinessGates:
        - conditionType: target-health.alb.ingress.k8s.aws/shop_web_80
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import unready
from upstreamlint.graph.kubernetes.services.pools import Pools
from upstreamlint.graph.references import ReadinessGate


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each condition that stays unset."""
    pools = Pools(graph)
    for gate in graph.broken(ReadinessGate):
        yield Finding(
            message=f"nothing sets the readiness gate `{gate.wanted}` of `{gate.workload.title}`",
            primary=Label(gate.anchor, "the pods wait for this condition"),
            subject=gate.workload,
            hit=pools.starved(gate.workload),
            symptom=unready(graph, gate.workload),
            help="remove the gate, or deploy the controller that sets it",
            fault=gate.wanted,
        )
