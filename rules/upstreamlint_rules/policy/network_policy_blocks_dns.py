"""Pods that dial other pods may not ask the DNS.

A pod that an egress policy isolates reaches only what a rule admits. When the rules admit other pods but not port 53,
names cannot be resolved: the client fails before it connects (`502`, `host not found`, `no such host`).

Admit port 53, UDP and TCP, to the DNS pods.

Basis: Kubernetes documentation, "Network Policies" (default deny all egress).

## Fails

```yaml title="app.yaml"
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
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:  # warning: [network-policy-blocks-dns] "port 53"
    - to:
        - podSelector: {matchLabels: {app: db}}
      ports: [{port: 5432}]
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
      containers:
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress:
    - to:
        - podSelector: {matchLabels: {app: db}}
      ports: [{port: 5432}]
    - ports:
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.policy.ports import without_dns


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each egress policy that leaves its pods without names."""
    for gap in without_dns(graph):
        yield Finding(
            message=f"`{gap.workload.title}` may dial other pods but not {gap.lacking}, so it cannot resolve names",
            primary=Label(
                gap.anchor,
                f"pods of namespace `{gap.policy.meta.namespace}` only; the DNS runs in another"
                if gap.peer
                else f"no rule admits {gap.lacking}",
            ),
            subject=gap.policy,
            related=(Label(gap.workload.anchor, "its pods"),),
            symptom=Symptom(log="the name is not resolved"),
            help="add `namespaceSelector: {}` to this list item"
            if gap.peer
            else "add a rule with `ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]` and no `to`",
        )
