"""A Gateway API route names a Service that does not exist.

A backend is a Service of the route's own namespace unless `namespace` says otherwise. When it is missing, the route
gets the condition `ResolvedRefs: False` (`BackendNotFound`), and the share of requests that goes there is answered
`500`; a TCP, TLS or UDP connection is reset. HTTPRoute, GRPCRoute, TLSRoute, TCPRoute and UDPRoute are checked.

The rule speaks when a Service of a similar name is near, when the Service exists in another namespace, or when the
files are known to be complete. A backend of weight 0 gets no requests; it is a warning.

Correct the name, or name the namespace (which then has to permit it with a ReferenceGrant).

Basis: Gateway API, `HTTPBackendRef`; conformance test `httproute-invalid-nonexistent-backendref`.

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
        - name: web-svc  # error: [route-backend-missing] "no Service `web-svc`"
          port: 80
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
        - {name: made-by-an-operator, port: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.references import BackendService
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend whose Service is not there."""
    for backend in graph.broken(BackendService):
        owner = backend.owner
        if not isinstance(owner, GatewayRoute):
            continue
        where = f" in namespace `{backend.namespace}`" if backend.namespace else ""
        yield Finding(
            message=f"no Service `{backend.wanted}`{where}, which {owner.meta.kind} `{owner.title}` needs",
            primary=Label(backend.anchor, "no such Service"),
            subject=backend.target or backend.route,
            related=tuple(Label(near.anchor, near.text) for near in backend.near),
            symptom=backend_unresolved(owner.meta.kind),
            help=_help(backend),
            assumption=backend.assumption if backend.share else "its weight is 0, so no request goes there",
            fault=backend.wanted,
        )


def _help(backend: BackendService) -> str:
    """A backend in another namespace is named by a field of its own."""
    if not backend.near:
        return "add the Service, or correct the name"
    name, _, rest = backend.near[0].instead.partition(".")
    there = rest.partition(".")[0]
    return f"add `namespace: {there}`, and a ReferenceGrant there" if there else f"use `{name}`"
