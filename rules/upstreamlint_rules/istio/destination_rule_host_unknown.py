"""A DestinationRule for a host that does not exist.

A DestinationRule for a host that no Service or ServiceEntry has applies to nothing: its subsets and settings are ignored, and a
route to one of its subsets finds no cluster. The rule speaks when something like the host exists: a similar name, the same name in another
namespace, a name with a dot that Istio does not complete.

Correct the host. A short name means a Service of the rule's own namespace.

Basis: istio, `destination_rule.go`; Istio documentation, message IST0174.

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
  host: review  # error: [destination-rule-host-unknown] "`review`"
  trafficPolicy:
    loadBalancer:
      simple: RANDOM
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
  trafficPolicy:
    loadBalancer:
      simple: RANDOM
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.destinations import RuleHost, SubsetName

_IGNORED = Symptom(log="the rule is ignored")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule for nothing, unless a route that needs it is reported already."""
    blamed = {near.anchor for name in graph.broken(SubsetName) for near in name.near}
    for host in graph.broken(RuleHost):
        if host.anchor in blamed:
            continue
        meant = "" if host.expanded == host.wanted else f" (`{host.expanded}`)"
        yield Finding(
            message=f"DestinationRule `{host.rule.title}` is for host `{host.wanted}`{meant}, which does not exist",
            primary=Label(host.anchor, "no Service or ServiceEntry has this host"),
            subject=host.rule,
            related=tuple(Label(near.anchor, near.text) for near in host.near),
            symptom=_IGNORED,
            fix=host.fix,
            help=f"use `{host.near[0].instead}`" if host.near else "correct the host",
            assumption=host.assumption,
        )
