"""An object of the mesh selects pods that do not exist.

EnvoyFilters, AuthorizationPolicies, PeerAuthentications, RequestAuthentications and Sidecars choose the pods of their own namespace by labels, as do DestinationRules
with a `workloadSelector`, whose clients they are for, and Servers of Linkerd. One
that chooses none changes nothing, and nothing says so: the filter is in no proxy, the mode or the policy holds for nobody. Requests go on as if it
were not there: a client that expects a mode of TLS fails, a header that a filter sets is missing, a request that a rule was to admit is denied by another policy.

The rule speaks when a workload misses the selector by one misspelt value or has it under another key, when the only workload with the labels is in another namespace, or when the
files are known to be complete.

Correct the labels; those of the pod template count. Put what is for a gateway into the namespace of its pods.

Basis: Istio reference, "Workload Selector", EnvoyFilter; banzaicloud/istio-operator issue 844.

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
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
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: checkout, namespace: shop}
spec:
  selector:
    matchLabels:
      app: chekout  # error: [mesh-selector-matches-nothing] "app=chekout"
  mtls: {mode: PERMISSIVE}
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: checkout, namespace: shop}
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
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: checkout, namespace: shop}
spec:
  selector: {matchLabels: {app: checkout}}
  mtls: {mode: PERMISSIVE}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.policy.selectors import PodSelector
from upstreamlint.model.kubernetes import DisruptionBudget, NetworkPolicy
from upstreamlint.model.kubernetes.meta import KubernetesObject

_IDLE = Symptom(log="it changes nothing: no proxy is given it")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each selector of the mesh that finds no pods."""
    for selector in graph.broken(PodSelector):
        owner = selector.owner
        if isinstance(owner, NetworkPolicy | DisruptionBudget) or not isinstance(owner, KubernetesObject):
            continue
        near = selector.near[0] if selector.near else None
        yield Finding(
            message=f"{owner.meta.kind} `{owner.meta.title}` selects no pods: `{selector.wanted}`",
            primary=Label(selector.anchor, "no pod template of the namespace has these labels"),
            subject=owner,
            related=(Label(near.anchor, near.text),) if near else (),
            symptom=_IDLE,
            fix=selector.fix,
            help=f"use `{near.instead}`" if near else "correct the labels, or remove the object",
            assumption=selector.assumption or ("" if near else "no other release has such pods"),
            fault=selector.wanted,
        )
