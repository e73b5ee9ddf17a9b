"""A Gateway API rule sends copies of its requests to nothing.

A `RequestMirror` filter names a Service and a port. When either is missing, the route gets the condition
`ResolvedRefs: False` and the copies are lost: clients still get their answers, and the version under test gets nothing.

Name a Service that exists, and a port of it, or remove the filter.

Basis: Gateway API, `HTTPRequestMirrorFilter`.

## Fails

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: shadow, namespace: shop}
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
    - filters:
        - type: RequestMirror
          requestMirror:
            backendRef:
              name: shadow
              port: 8080  # warning: [route-mirror-missing] "no port `8080`"
      backendRefs: [{name: web, port: 80}]
```

## Passes

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: shadow, namespace: shop}
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
    - filters:
        - type: RequestMirror
          requestMirror:
            backendRef: {name: shadow, port: 80}
      backendRefs: [{name: web, port: 80}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import MirrorBackend

_LOST = Symptom(log="the copies are lost; clients get their answers")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each mirror that nobody receives."""
    for mirror in graph.broken(MirrorBackend):
        route = mirror.route
        to = f"to which {route.kind} `{getattr(mirror.owner, 'title', mirror.owner.id)}` mirrors requests"
        if mirror.service is not None:
            message = f"Service `{mirror.service.title}` has no port `{mirror.wanted}`, {to}"
        else:
            message = f"no Service `{mirror.wanted}` in namespace `{mirror.namespace}`, {to}"
        instead = mirror.near[0].instead if mirror.near else ""
        yield Finding(
            message=message,
            primary=Label(mirror.anchor, "copies go nowhere"),
            subject=route,
            related=tuple(Label(near.anchor, near.text) for near in mirror.near),
            symptom=_LOST,
            fix=mirror.fix,
            help=f"use `{instead}`" if instead else "name a Service and a port that exist",
            fault=f"mirror {mirror.namespace}/{mirror.wanted}",
        )
