"""A Gateway API route names a backend of a kind that is none.

Of Kubernetes' own kinds only a Service is a backend. For another one (a Deployment, a Pod) the route gets the condition
`ResolvedRefs: False` (`InvalidKind`), and the requests are answered `500`. Kinds of other groups are a matter of the
implementation; nothing is said about them.

Name a Service.

Basis: Gateway API, `RouteReasonInvalidKind`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:
        - kind: Deployment  # warning: [route-backend-kind-unsupported] "Deployment"
          group: apps
          name: web
          port: 80
```

## Passes

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:
        - {group: gateway.envoyproxy.io, kind: Backend, name: web}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.references import BackendKind
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that cannot be one."""
    for reference in graph.broken(BackendKind):
        yield Finding(
            message=f"a backend of kind `{reference.wanted}` is not supported",
            primary=Label(reference.anchor, "not a Service"),
            subject=reference.target,
            symptom=backend_unresolved(reference.route.kind),
            help="name a Service, and a port of it",
            fault=f"{reference.wanted} {reference.backend.name}",
        )
