"""A Gateway API route names a Service of another namespace that does not permit it.

A backend in another namespace needs a ReferenceGrant *there*: `from` names the group, the kind and the namespace of
the route, `to` the kind Service (and its name, if any). Without one the route gets the condition
`ResolvedRefs: False` (`RefNotPermitted`) and the share of requests that goes there is answered `500`.

Add the grant to the namespace of the Service, or move the route there.

Basis: Gateway API, `ReferenceGrant`; conformance test `httproute-invalid-reference-grant`.

## Fails

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: billing}
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
        - name: web
          namespace: billing  # error: [route-backend-not-permitted] "no ReferenceGrant"
          port: 80
```

## Passes

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: billing}
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
        - {name: web, namespace: billing, port: 80}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: from-shop, namespace: billing}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]
  to: [{group: "", kind: Service}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.references import BackendGrant
from upstreamlint.model.gateway_api import GROUP
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that its namespace does not permit."""
    # Of the same backend twice, the one that gets requests tells.
    for grant in sorted(graph.broken(BackendGrant), key=lambda g: not g.backend.weight):
        owner = grant.route_owner
        kind, space = owner.meta.kind, owner.meta.namespace
        yield Finding(
            message=f"no ReferenceGrant in namespace `{grant.backend.namespace}` lets {kind} `{owner.title}` "
            f"use Service `{grant.wanted}`",
            primary=Label(grant.anchor, "crosses namespaces without a permit"),
            subject=grant.target,
            related=tuple(Label(near.anchor, near.text) for near in grant.near),
            symptom=backend_unresolved(kind),
            help=f"add a ReferenceGrant to namespace `{grant.backend.namespace}`: "
            f'from {{group: {GROUP}, kind: {kind}, namespace: {space}}}, to {{group: "", kind: Service}}',
            assumption="" if grant.backend.weight else "its weight is 0, so no request goes there",
            fault=grant.wanted,
        )
