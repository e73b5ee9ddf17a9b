"""A route leads to a subset whose labels no endpoint carries.

Istio builds a cluster of its own for every subset of a DestinationRule. Its endpoints are those of the
Service whose pods also carry the subset's labels: pods of the Service's namespace, that its selector takes.
When there is none, the cluster is there but empty, and each request that the route sends to it is answered
`503 no healthy upstream` (flag `UH`). In a weighted route that happens to the subset's share of the requests;
retries do not help, because they stay in the same cluster.

Pod templates of every kind of workload count, and the endpoints of ServiceEntries and WorkloadEntries. Labels
that the control plane adds (`topology.*`, `rollouts-pod-template-hash` …) are taken as carried. A subset that
no route uses is not reported, nor one whose Service selects nothing at all: that is the Service's fault.

Change the subset's labels to those that the pods have, deploy the version that the route expects, or send the
traffic to a subset that has pods.

Basis: istio, `endpoint_builder.go` (`subsetLabels.SubsetOf`); measured with Envoy: an empty EDS cluster answers 503 UH.

## Fails

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  subsets:
    - name: v1
      labels:
        version: v1  # error: [subset-selects-no-pods] "subset `v1`"
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            subset: v1
```

## Passes

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  subsets:
    - name: v2
      labels:
        version: v2
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            subset: v2
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import SubsetLabels
from upstreamlint.model.kubernetes import Workload
from upstreamlint.symptoms import NO_CLUSTER, NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed subset without endpoints."""
    for labels in graph.broken(SubsetLabels):
        if labels.mirror:
            continue
        idle = labels.scaled_to_zero
        names = " and ".join(f"`{w.title}`" for w in _distinct(labels.workloads))
        does = f"selects only pods of {names}, which runs none" if idle else "selects no pods"
        does = "selects no endpoints" if labels.of_entry and not idle else does
        text = (
            "the workloads with these labels have `replicas: 0`" if idle else "no endpoint carries this label"
        )
        near = tuple(Label(c.anchor, c.text) for c in labels.near)
        zero = tuple(
            Label(w.replicas.anchor, "no pods") for w in _distinct(labels.workloads) if w.replicas and idle
        )
        yield Finding(
            message=f"subset `{labels.subset.name}` of `{labels.host}` {does}",
            primary=Label(labels.anchor, text),
            subject=labels.subset,
            related=(
                Label((labels.destination.subset or labels.destination.host).anchor, _use(labels)),
                *near,
                *zero,
            ),
            symptom=labels.answer(NO_CLUSTER if labels.by_name else NO_HEALTHY_UPSTREAM),
            fix=labels.fix,
            help=labels.near[0].instead
            if labels.near
            else "scale the workload up, or route to another subset",
        )


def _distinct(workloads: tuple[Workload, ...]) -> list[Workload]:
    return list({id(w): w for w in workloads}.values())


def _use(labels: SubsetLabels) -> str:
    part = "requests" if labels.share >= 1 else f"{labels.share:.0%} of the requests"
    return f"VirtualService `{labels.virtual_service.title}` sends {part} here"
