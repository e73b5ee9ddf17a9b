"""A workload's selector does not match the labels of its own pod template.

The API server refuses a Deployment, StatefulSet, DaemonSet, ReplicaSet or ReplicationController whose `spec.selector` does not
match its template: the object is never created, and everything that needs its pods is dead. `NotIn` and `DoesNotExist` match
templates without the label.

Make the selector and the labels of the template agree. The selector of a running workload cannot be changed.

Basis: Kubernetes API, `DeploymentSpec.selector`.

## Fails

```yaml title="web.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels:
      app: web  # error: [workload-selector-mismatch] "does not match"
  template:
    metadata: {labels: {app: website}}
    spec:
      containers: [{name: app}]
```

## Passes

```yaml title="web.yaml"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchExpressions:
      - {key: app, operator: In, values: [web, website]}
      - {key: track, operator: DoesNotExist}
  template:
    metadata: {labels: {app: website}}
    spec:
      containers: [{name: app}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.references import WorkloadSelector


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each workload that the API server refuses."""
    for reference in graph.broken(WorkloadSelector):
        workload = reference.workload
        near = reference.near[0] if reference.near else None
        yield Finding(
            message=f"the selector of `{workload.title}` does not match its own pod template",
            primary=Label(reference.anchor, "the pods of the template do not have this"),
            subject=workload,
            related=(Label(near.anchor, near.text),)
            if near
            else (Label(workload.template.anchor, "the labels of its pods"),),
            symptom=Symptom(log="`kubectl apply` fails: `selector` does not match template `labels`"),
            assumption=reference.assumption,
            fix=reference.fix,
            help=f"change the selector to `{near.instead}`, or the label to `{reference.wanted}`"
            if near and near.instead
            else f"add the label `{reference.wanted}` to the pod template"
            if reference.wanted
            else "make the selector match the labels of the template",
        )
