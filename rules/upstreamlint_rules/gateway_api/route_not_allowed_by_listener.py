"""A Gateway API route is shut out by the listeners of its Gateway.

A listener takes routes of its Gateway's own namespace only, unless `allowedRoutes` says otherwise, and only the kinds
that fit its protocol. When no listener that the route names takes it, the route gets the condition `Accepted: False`
(`NotAllowedByListeners`), and its requests are answered `404`. A selector is tested against the labels of the
*namespace*; when that has no manifest, nothing is said.

Open the listener to the namespace or kind, or attach the route to another one.

Basis: Gateway API, `AllowedRoutes`; conformance test `httproute-invalid-cross-namespace-parent-ref`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: billing}
spec:
  parentRefs:
    - name: edge  # error: [route-not-allowed-by-listener] "no listener"
      namespace: shop
  rules:
    - backendRefs: [{name: web, port: 80}]
```

## Passes

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: billing}
spec:
  parentRefs:
    - {name: edge, namespace: shop}
  rules:
    - backendRefs: [{name: web, port: 80}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.references import Refusal, RouteParent
from upstreamlint.symptoms import unattached


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that no listener takes."""
    for reference in graph.broken(RouteParent):
        route, gateway = reference.route, reference.gateway
        if reference.refusal is not Refusal.NOT_ALLOWED or gateway is None:
            continue
        yield Finding(
            message=f"no listener of {gateway.meta.kind} `{gateway.meta.title}` takes {route.meta.kind} `{route.title}`",
            primary=Label(reference.anchor, "this Gateway does not admit the route"),
            subject=route,
            hit=reference.hits,
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=unattached(route.meta.kind),
            help="let `allowedRoutes` of the listener admit the route's namespace and kind",
            assumption=reference.assumption,
            fault=reference.wanted,
        )
