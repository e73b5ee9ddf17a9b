"""Every backend of a Gateway API rule has weight 0.

A backend of weight 0 gets no requests. When all of a rule are 0, the rule has no backend, and its requests are answered
`500` (in Envoy's log without a flag: `-`, `direct_response`). That is what is left when one half of a canary is switched off before the other is switched on.

Give one backend a weight.

Basis: Gateway API, `HTTPBackendRef.weight`.

## Fails

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:  # error: [route-weights-zero] "weight 0"
        - {name: web, port: 80, weight: 0}
```

## Passes

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:
        - {name: web, port: 80, weight: 0}
        - {name: web, port: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.symptoms import unrouted


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that sends no request anywhere."""
    for route in graph.nodes(GatewayRoute):
        for number, branch in enumerate(route.rules):
            if not branch.backends or branch.answers_itself or any(b.weight for b in branch.backends):
                continue
            yield Finding(
                message=f"every backend of a rule of {route.meta.kind} `{route.title}` has weight 0",
                primary=Label(branch.anchor, "no backend of this rule gets requests"),
                subject=graph.branches.get((route.id, str(number)), route),
                related=tuple(Label(b.name.anchor, "weight 0") for b in branch.backends),
                symptom=unrouted(route.meta.kind),
                help="give at least one backend a weight",
                fault=f"rule {number}",
            )
