"""A PodDisruptionBudget selects pods that do not exist.

A budget whose `selector` matches no pod keeps none of them: a drain may evict all pods of the workload that it is meant for
at once, as if there were no budget.

The rule speaks when a workload misses the selector by one misspelt value, when the budget is named after a workload that has
another value, or when the files are known to be complete.

Correct the labels; those of the pod template count.

Basis: Kubernetes API, `PodDisruptionBudgetSpec.selector`.

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  replicas: 2
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: checkout}
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: chekout  # error: [disruption-budget-selects-nothing] "app=chekout"
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  replicas: 2
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: checkout}
spec:
  minAvailable: 1
  selector:
    matchLabels:
      app: checkout
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.model.kubernetes import DisruptionBudget


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each budget that is for no pods."""
    for selector in graph.broken(PodSelector):
        if not isinstance(selector.owner, DisruptionBudget):
            continue
        budget, near = selector.owner, selector.near[0] if selector.near else None
        yield Finding(
            message=f"PodDisruptionBudget `{budget.meta.title}` is for no pods: `{selector.wanted}`",
            primary=Label(selector.anchor, "no pod template of the namespace has these labels"),
            subject=budget,
            related=(Label(near.anchor, near.text),) if near else (),
            fix=selector.fix,
            help=f"use `{near.instead}`" if near else "correct the labels, or remove the budget",
            assumption=selector.assumption or ("" if near else "no other release has such pods"),
            fault=selector.wanted,
        )
