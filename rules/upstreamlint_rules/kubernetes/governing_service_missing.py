"""A StatefulSet names a Service that does not exist.

Nothing checks `serviceName`: the pods start, but the records `pod-0.service.namespace.svc` that give each of them a name
of its own are made for a Service's endpoints. Without the Service none of them resolves, and what dials one pod (a
database's replicas, the members of a cluster) gets `no such host`.

The rule speaks when a Service of a similar name is there, when another one beside the StatefulSet selects its pods, or
when the files are known to be complete.

Name the headless Service that selects the pods.

Basis: Kubernetes documentation, "StatefulSets", stable network identity.

## Fails

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata: {name: ledger-db}
spec:
  clusterIP: None
  selector: {app: ledger-db}
  ports: [{port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger-db}
spec:
  serviceName: ledger-bd  # error: [governing-service-missing] "`ledger-bd`"
  selector: {matchLabels: {app: ledger-db}}
  template:
    metadata: {labels: {app: ledger-db}}
    spec:
      containers:
        - name: db
          image: registry.example/db:1
          ports: [{containerPort: 5432}]
```

## Passes

```yaml title="db.yaml"
apiVersion: v1
kind: Service
metadata: {name: ledger-db}
spec:
  clusterIP: None
  selector: {app: ledger-db}
  ports: [{port: 5432}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ledger-db}
spec:
  serviceName: ledger-db
  selector: {matchLabels: {app: ledger-db}}
  template:
    metadata: {labels: {app: ledger-db}}
    spec:
      containers:
        - name: db
          image: registry.example/db:1
          ports: [{containerPort: 5432}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.references import GoverningService


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each StatefulSet whose pods get no names."""
    for named in graph.broken(GoverningService):
        pod = f"{named.workload.meta.name}-0.{named.wanted}"
        yield Finding(
            message=f"no Service `{named.wanted}`, which is to name the pods of `{named.workload.title}`",
            primary=Label(named.anchor, "no such Service in this namespace"),
            subject=named.workload,
            related=tuple(Label(near.anchor, near.text) for near in named.near),
            symptom=Symptom(log=f"`{pod}` and its like do not resolve: `no such host`"),
            fix=named.fix,
            help=f"use `{named.near[0].instead}`" if named.near else "add the Service, or correct the name",
            assumption=named.assumption,
            fault=named.wanted,
        )
