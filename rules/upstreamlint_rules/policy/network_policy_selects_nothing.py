"""A NetworkPolicy selects pods that do not exist.

A policy whose `podSelector` matches no pod does nothing, and a peer that matches no pod admits nobody: the traffic that
the author meant to admit is dropped wherever another policy isolates the pods.

The rule speaks when a workload misses the selector by one misspelt value, or when the files are known to be complete. A word more or
less is a warning, and so is a policy whose own name is that of a workload with another value.

Correct the labels; those of the pod template count.

Basis: Kubernetes API, `NetworkPolicySpec.podSelector`.

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: checkout}
spec:
  podSelector:
    matchLabels:
      app: chekout  # error: [network-policy-selects-nothing] "app=chekout"
  policyTypes: [Ingress]
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout}
spec:
  selector: {matchLabels: {app: checkout}}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: checkout}
spec:
  podSelector: {matchLabels: {app: checkout}}
  policyTypes: [Ingress]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.model.kubernetes import NetworkPolicy
from upstreamlint.symptoms import TIMEOUT


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each selector of a policy that finds no pods."""
    for selector in graph.broken(PodSelector):
        if not isinstance(selector.owner, NetworkPolicy):
            continue
        policy, near = selector.owner, selector.near[0] if selector.near else None
        what = "a peer" if selector.peer else "the pod selector"
        yield Finding(
            message=f"{what} of {policy.meta.kind} `{policy.meta.title}` matches no pods: `{selector.wanted}`",
            primary=Label(selector.anchor, "no pod template of the namespace has these labels"),
            subject=policy,
            related=(Label(near.anchor, near.text),) if near else (),
            symptom=TIMEOUT if selector.peer else None,
            fix=selector.fix,
            help=f"use `{near.instead}`" if near else "correct the labels, or remove the rule",
            assumption=selector.assumption or ("" if near else "no other release has such pods"),
            fault=selector.wanted,
        )
