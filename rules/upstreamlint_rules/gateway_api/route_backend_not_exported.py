"""A route leads to a Service that its gateway does not see.

The annotation `networking.istio.io/exportTo` of a Service limits the namespaces whose proxies know it. The gateway that istiod deploys
for a Gateway runs in the namespace of that Gateway: when the Service is not exported there, the gateway has no cluster for it, and
answers `500` with an empty body (flag `NC`).

Export the Service to the namespace of the Gateway.

Basis: istio, `pilot/pkg/model/push_context.go` (`initServiceRegistry`); measured with istiod and Envoy: 500 NC.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  gatewayClassName: istio
  listeners:
    - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs:
    - {name: edge, namespace: edge}
  rules:
    - backendRefs:
        - {name: shop, port: 80}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
  annotations:
    networking.istio.io/exportTo: "."  # error: [route-backend-not-exported] "`edge`"
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80, targetPort: 8080}]
```

## Passes

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  gatewayClassName: istio
  listeners:
    - {name: web, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs:
    - {name: edge, namespace: edge}
  rules:
    - backendRefs:
        - {name: shop, port: 80}
---
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
  annotations:
    networking.istio.io/exportTo: ".,edge"
spec:
  selector: {app: shop}
  ports: [{name: http, port: 80, targetPort: 8080}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.gateway_api.references import BackendExport
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.symptoms import backend_unresolved


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that is hidden from the gateway."""
    # Of the same backend twice, the one that gets requests tells.
    for hidden in sorted(graph.broken(BackendExport), key=lambda h: not h.backend.weight):
        owner = hidden.owner
        if not isinstance(owner, GatewayRoute):
            continue
        yield Finding(
            message=f"Service `{hidden.service.title}` is not exported to namespace `{hidden.client}`, where the gateway "
            f"of {owner.meta.kind} `{owner.title}` runs",
            primary=Label(hidden.anchor, "leaves the gateway out"),
            subject=hidden.target,
            related=(Label(hidden.backend.name.anchor, "the route sends requests here"),),
            symptom=backend_unresolved(owner.meta.kind),
            help=f"add `{hidden.client}` to the annotation",
            assumption="" if hidden.backend.weight else "its weight is 0, so no request goes there",
        )
