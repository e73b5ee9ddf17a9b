"""A route names a backend or a filter that is an object of its implementation, and that object is not there.

Envoy Gateway and kgateway have a kind `Backend` for hosts outside the cluster, the inference extension pools of models, and kgateway hands requests
on to another HTTPRoute that is written as a backend. The object is looked up in the namespace of the route, or in the one that the
backend names; the object of a filter (`extensionRef`: Middleware, SnippetsFilter, HTTPRouteFilter …) in that of the route alone. Without it the route says `ResolvedRefs: False`, `BackendNotFound`, and answers 500.

Envoy Gateway reads Backends only when its configuration says `extensionApis: {enableBackend: true}`; without that they are not found either.

Correct the name or its namespace, or add the object.

Basis: Gateway API, HTTPRoute `backendRefs`; kgateway documentation, "Route delegation"; kgateway-dev/kgateway issue 11551.

## Fails

```yaml title="routes.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: parent
  namespace: infra
spec:
  parentRefs:
    - name: edge
  hostnames:
    - shop.example.com
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /orders
      backendRefs:
        - group: gateway.networking.k8s.io
          kind: HTTPRoute
          name: orders  # error: [backend-object-missing] "`orders`, which is not in namespace `infra`"
          namespace: infra
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
  namespace: shop
spec:
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /orders
      filters:
        - type: RequestRedirect
          requestRedirect:
            hostname: orders.example.com
```

## Passes

```yaml title="routes.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: parent
  namespace: infra
spec:
  parentRefs:
    - name: edge
  hostnames:
    - shop.example.com
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /orders
      backendRefs:
        - group: gateway.networking.k8s.io
          kind: HTTPRoute
          name: orders
          namespace: shop
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
  namespace: shop
spec:
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: /orders
      filters:
        - type: RequestRedirect
          requestRedirect:
            hostname: orders.example.com
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.references import BackendObject
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend whose object is not there."""
    for found in graph.broken(BackendObject):
        backend = found.backend
        where = f" in namespace `{backend.namespace}`" if backend.namespace else ""
        instead = found.near[0].instead if found.near else ""
        yield Finding(
            message=f"{found.route.kind} `{found.route_owner.title}` {'filters requests by' if found.filter else 'sends requests to'} "
            f"{backend.kind} `{backend.name}`, which is not{where if found.off is None else ' read'}",
            primary=Label(
                found.anchor,
                f"no {backend.kind} has this name there"
                if found.off is None
                else "Envoy Gateway reads no Backends",
            ),
            subject=found.route if found.filter else found.target,
            related=(
                *(Label(near.anchor, near.text) for near in found.near),
                *((Label(found.off, "its configuration"),) if found.off is not None else ()),
            ),
            symptom=backend_unresolved(found.route.kind),
            fix=found.fix,
            help="set `extensionApis: {enableBackend: true}`"
            if found.off is not None
            else f"use `{instead}`"
            if instead
            else ("put it into the namespace of the route" if found.filter else "name its namespace")
            if found.elsewhere
            else f"add the {backend.kind}, or correct the name",
            fault=f"{backend.kind} {backend.name}",
        )
