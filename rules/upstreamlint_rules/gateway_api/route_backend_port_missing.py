"""A Gateway API route names a port that its Service does not have.

The `port` of a backend is a port of the *Service*, not the container's, and it has to be written for a Service. When
there is none of that number, implementations report the backend as not found, and the share of requests that goes
there is answered `500`.

Name a port that the Service has.

Basis: Gateway API, `BackendObjectReference.port`.

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
    - backendRefs:
        - name: web
          port: 8080  # error: [route-backend-port-missing] "no port `8080`"
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
        - {name: web, port: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import BackendPort
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend port that is not on its Service, or not written."""
    for backend in graph.broken(BackendPort):
        owner, service = backend.owner, backend.service
        if not isinstance(owner, GatewayRoute):
            continue
        message = f"Service `{service.title}` has no port `{backend.wanted}`, which {owner.meta.kind} `{owner.title}` needs"
        if not backend.wanted:
            message = f"{owner.meta.kind} `{owner.title}` names no port of Service `{service.title}`"
        yield Finding(
            message=message,
            primary=Label(backend.anchor, "no such port on the Service" if backend.wanted else "no `port`"),
            subject=backend.target or backend.route,
            related=tuple(Label(near.anchor, near.text) for near in backend.near)
            or (Label(service.anchor, "this Service"),),
            symptom=backend_unresolved(owner.meta.kind),
            help=f"use port `{backend.near[0].instead}`"
            if backend.near and backend.near[0].instead
            else "name a port that the Service has",
            assumption="" if backend.share else "its weight is 0, so no request goes there",
            fault=f"{service.id}:{backend.wanted}",
        )
