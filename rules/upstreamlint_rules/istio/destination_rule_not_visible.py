"""A route leads to a subset that is defined where the client cannot see it.

A proxy uses one set of DestinationRules for a host: those of its own namespace, else those of the Service's namespace, else those
of the root namespace, the last two as far as `exportTo` goes. Of these the most specific host counts; rules with a
`workloadSelector` count for those workloads alone. A subset that is only defined in a rule that does not count has no
cluster for this client: `503` with an empty body (flag `NC`).

Move the rule, widen its `exportTo`, or define the subset in the rule that is used.

Basis: istio, `push_context.go` (`destinationRule`); measured with Envoy: an unknown cluster answers 503 NC.

## Fails

```yaml title="mesh.yaml"
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
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
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
  exportTo:
    - "."  # error: [destination-rule-not-visible] "subset `v1`"
  subsets:
    - name: v1
      labels:
        version: v1
---
apiVersion: v1
kind: Pod
metadata:
  name: front
  namespace: web
spec:
  containers:
    - name: app
      image: registry.example/front:1
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: web
spec:
  hosts:
    - reviews.shop.svc.cluster.local
  http:
    - route:
        - destination:
            host: reviews.shop.svc.cluster.local
            subset: v1
```

## Passes

```yaml title="mesh.yaml"
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
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
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
        version: v1
---
apiVersion: v1
kind: Pod
metadata:
  name: front
  namespace: web
spec:
  containers:
    - name: app
      image: registry.example/front:1
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: web
spec:
  hosts:
    - reviews.shop.svc.cluster.local
  http:
    - route:
        - destination:
            host: reviews.shop.svc.cluster.local
            subset: v1
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import SubsetName
from upstreamlint.model.istio import DestinationRule
from upstreamlint.symptoms import NO_CLUSTER


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each routed subset that its client cannot see."""
    for name in graph.broken(SubsetName):
        if name.hidden is None or name.mirror:
            continue
        hidden = name.hidden
        place = name.because if name.because is not None and name.because_of is hidden else None
        subset = next(s for s in hidden.subsets if s.name.value == name.wanted)
        related = [Label(subset.name.anchor, f"defined here, but {name.why}")]
        if place is not None:
            related.append(Label(name.anchor, "a route uses the subset"))
        elif name.because is not None:
            related.append(Label(name.because, "this rule is used"))
        clients = f" for clients in namespace `{name.client}`" if name.client else ""
        yield Finding(
            message=f"subset `{name.wanted}` of `{name.host}` is not defined{clients}",
            primary=Label(place, "does not reach the client") if place else Label(name.anchor, "no cluster"),
            subject=name.target,
            related=tuple(related),
            symptom=name.answer(NO_CLUSTER),
            help=_help(name, hidden),
            assumption=name.assumption,
            fault=f"{name.host}#{name.wanted}",
        )


def _help(name: SubsetName, hidden: DestinationRule) -> str:
    """What brings the definition to the client: in the rule that is used, or by showing the hidden one."""
    used = name.because_of
    if used is not None and used is not hidden:
        return f"define subset `{name.wanted}` in DestinationRule `{used.title}` too, or remove that rule"
    if hidden.workload_selector is not None:
        return f"drop the `workloadSelector`, or define subset `{name.wanted}` in a rule for every client"
    if used is hidden and name.client:
        return f"add `{name.client}` to `exportTo` of DestinationRule `{hidden.title}`"
    return "move the DestinationRule, widen its `exportTo`, or define the subset where the client sees it"
