"""A Service whose selector matches no pod.

Kubernetes fills a Service's endpoints with the pods of its own namespace that carry every label of its
selector. When none does, there is no endpoint, and whoever sends a request there gets nothing: Envoy and
Istio answer `503 no healthy upstream` (flag `UH`), ingress-nginx `503`, and kube-proxy refuses the connection.

The rule speaks when a workload misses the selector by one label, or when the files are known to be complete;
a Service whose pods are simply not among the files is not reported. Labels that controllers add to pods
(`pod-template-hash`, `statefulset.kubernetes.io/pod-name` …) are taken as carried.

Change the selector, or the labels of the workload's pod template, so that they agree. The pod template
counts, not the labels of the workload itself.

Basis: EndpointSlice controller, `getServicesForPod`; Kubernetes documentation, "Debug Services".

## Fails

```yaml title="checkout.yaml"
apiVersion: v1
kind: Service
metadata:
  name: checkout
  namespace: shop
spec:
  selector:
    app: checkout  # error: [service-selects-no-pods] "selects no pods"
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: shop
spec:
  selector:
    matchLabels:
      app: check-out
  template:
    metadata:
      labels:
        app: check-out
    spec:
      containers:
        - name: app
          image: registry.example/checkout:1
```

## Passes

```yaml title="checkout.yaml"
apiVersion: v1
kind: Service
metadata:
  name: checkout
  namespace: shop
spec:
  selector:
    app: checkout
  ports:
    - port: 80
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
  namespace: shop
spec:
  selector:
    matchLabels:
      app: checkout
  template:
    metadata:
      labels:
        app: checkout
        tier: web
    spec:
      containers:
        - name: app
          image: registry.example/checkout:1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.pods.unresolved import empty
from upstreamlint.graph.references import ServiceSelector


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service that selects nothing."""
    for selector in graph.broken(ServiceSelector):
        service = selector.service
        where = f"in namespace `{service.meta.namespace}`" if service.meta.namespace else "in these files"
        at = selector.near[0].at if selector.near else None
        what = "these labels" if at is None else "this label and the others"
        if at is None or service.selector is None or len(service.selector) == 1:
            at, what = selector.anchor, "these labels"
        yield Finding(
            message=f"Service `{service.title}` selects no pods",
            primary=Label(at, f"no pod template {where} has {what}"),
            subject=service,
            related=(
                Label(service.anchor, "this Service"),
                *(Label(near.anchor, near.text) for near in selector.near),
            ),
            symptom=empty(graph, service),
            assumption=selector.assumption,
            fix=selector.fix,
            help=selector.near[0].instead if selector.near else "add the workload, or correct the selector",
        )
