"""An ingress controller is told an object that is not there, or with a name that it does not read.

Flags such as `--default-backend-service` and `--tcp-services-configmap` take `namespace/name`. ingress-nginx does not start where the Service of its
default backend, or the one that it publishes, is not there (`No service with name … found in namespace …`). A ConfigMap of streams that
it cannot find, or whose name has no namespace, opens no port: `Error parsing ConfigMap reference … invalid format (namespace/name)`.

Write the namespace that the object is in; `$(POD_NAMESPACE)` stands for the controller's own.

Basis: kubernetes/ingress-nginx, cmd/nginx/main.go and internal/k8s/main.go; haproxytech/kubernetes-ingress, pkg/utils/flags.go; jcmoraisjr/haproxy-ingress, documentation of
the command line.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tcp-services, namespace: ingress-nginx}
data: {"5432": db/postgres:5432}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args:
            - /nginx-ingress-controller
            - --tcp-services-configmap=tcp-services  # error: [controller-option-broken] "`tcp-services`"
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tcp-services, namespace: ingress-nginx}
data: {"5432": db/postgres:5432}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: ingress-nginx}}
  template:
    metadata: {labels: {app: ingress-nginx}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.1
          args:
            - /nginx-ingress-controller
            - --tcp-services-configmap=$(POD_NAMESPACE)/tcp-services
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.kubernetes.controllers.options import ToldObject


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each flag of a controller that names nothing."""
    for told in graph.broken(ToldObject):
        near = told.near[0] if told.near else None
        what = "which is no `namespace/name`" if told.malformed else "which is not there"
        yield Finding(
            message=f"`{told.flag}` of `{told.owner.title}` names {told.kind} `{told.wanted}`, {what}",
            primary=Label(told.anchor, f"{told.by} looks for a {told.kind} of this name"),
            subject=told.owner,
            related=(Label(near.anchor, near.text),) if near else (),
            symptom=_symptom(told),
            help=f"write `{near.instead}`" if near and near.instead else "write the namespace and the name",
            fault=told.flag,
        )


def _symptom(told: ToldObject) -> Symptom:
    if told.stops:
        said = "invalid format (namespace/name)" if told.malformed else "No service with name … found"
        return Symptom(log=f"the controller does not start: `{said}`")
    if told.kind == "Service":
        return Symptom(404, log="what no Ingress takes has no default backend")
    return Symptom(log="the controller logs that it does not find the ConfigMap, and goes on without it")
