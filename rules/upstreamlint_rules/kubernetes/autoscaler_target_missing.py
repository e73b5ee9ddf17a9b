"""An autoscaler names a workload that does not exist.

The target of a HorizontalPodAutoscaler or a KEDA ScaledObject is looked up in its own namespace, by kind and name. When it
is not there, nothing is scaled: under load the one fixed number of pods has to do.

The rule speaks when a workload of a similar name or of another kind is near, or when the files are known to be complete.

Correct the name or the kind.

Basis: Kubernetes API, `CrossVersionObjectReference`.

## Fails

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: storefront}
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
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 5
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: store-front  # error: [autoscaler-target-missing] "`store-front`"
```

## Passes

```yaml title="app.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: storefront}
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
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 5
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: storefront
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import AutoscalerTarget


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each autoscaler that scales nothing."""
    for target in graph.broken(AutoscalerTarget):
        scaler = target.autoscaler
        near = target.near[0] if target.near else None
        yield Finding(
            message=f"no {scaler.target_kind} `{target.wanted}`, which {scaler.meta.kind} `{scaler.meta.title}` scales",
            primary=Label(target.anchor, "no such workload in this namespace"),
            subject=scaler,
            related=(Label(near.anchor, near.text),) if near else (),
            fix=target.fix,
            help=_help(near.instead) if near else "correct the name and the kind",
            assumption=target.assumption,
            fault=target.wanted,
        )


def _help(instead: str) -> str:
    kind, of_kind, _ = instead.partition("/")
    return f"set `kind: {kind}`" if of_kind else f"use `{instead}`"
