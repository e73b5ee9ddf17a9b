"""A NetworkPolicy selects namespaces by a label that none carries.

A `namespaceSelector` looks at the labels of the Namespace objects. Only `kubernetes.io/metadata.name` is there by
itself. A policy that selects `name: monitoring` admits nobody until somebody labels the namespace, and the connections
time out.

The rule speaks when the Namespace is among the files and does not carry the label, or when its name is misspelt.

Select `kubernetes.io/metadata.name`, or label the namespace.

Basis: Kubernetes documentation, "Targeting a Namespace by its name".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              name: monitoring  # warning: [namespace-label-unknown] "name=monitoring"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Namespace
metadata: {name: monitoring}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: monitoring
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.policy.selectors import NamespaceSelector
from upstreamlint.symptoms import TIMEOUT


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each selector that no namespace satisfies."""
    for selector in graph.broken(NamespaceSelector):
        near = selector.near[0]
        yield Finding(
            message=f"no namespace carries `{selector.wanted}`, which a NetworkPolicy selects",
            primary=Label(selector.anchor, "no namespace of these files has this label"),
            subject=selector.owner,
            related=(Label(near.anchor, near.text),),
            symptom=TIMEOUT,
            fix=selector.fix,
            help=f"use `{near.instead}`, or label the namespace",
            fault=selector.wanted,
        )
