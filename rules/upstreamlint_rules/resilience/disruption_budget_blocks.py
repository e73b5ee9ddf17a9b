"""A disruption budget forbids every eviction.

`maxUnavailable: 0`, `minAvailable: 100%`, or a `minAvailable` of as many pods as there are, lets no pod be evicted: a node
can never be drained, until somebody deletes the pods by force, all at once.

Let one pod go: `maxUnavailable: 1`.

Basis: Kubernetes documentation, "Specifying a Disruption Budget".

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 2  # warning: [disruption-budget-blocks] "never"
  selector: {matchLabels: {app: web}}
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 1
  selector: {matchLabels: {app: web}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.graph.references import AutoscalerTarget
from upstreamlint.model.kubernetes import DisruptionBudget, Workload
from upstreamlint.model.kubernetes.meta import integer


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each budget that is never more than met."""
    scaled = {t.wanted for t in graph.references(AutoscalerTarget)}
    for selector in graph.references(PodSelector):
        budget = selector.owner
        if not isinstance(budget, DisruptionBudget) or len(selector.workloads) != 1:
            continue
        workload = selector.workloads[0]
        bound = budget.min_available or budget.max_unavailable
        if bound is None or workload.meta.name.value in scaled or not _blocks(budget, workload):
            continue
        yield Finding(
            message=f"PodDisruptionBudget `{budget.meta.title}` never lets a pod of `{workload.title}` be evicted",
            primary=Label(bound.anchor, "no pod may go"),
            subject=budget,
            related=(Label(workload.replicas.anchor if workload.replicas else workload.anchor, "the pods"),),
            help="use `maxUnavailable: 1`",
        )


def _blocks(budget: DisruptionBudget, workload: Workload) -> bool:
    if budget.max_unavailable is not None:
        return budget.max_unavailable.value in ("0", "0%")
    least = budget.min_available
    if least is None:
        return False
    replicas = integer(workload.replicas) if workload.replicas is not None else None
    needed = integer(least)
    return least.value == "100%" or (needed is not None and replicas is not None and needed >= replicas > 0)
