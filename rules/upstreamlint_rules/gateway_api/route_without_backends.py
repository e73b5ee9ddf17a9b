"""A rule of a Gateway API route has no backend and does not answer by itself.

A rule without `backendRefs` is accepted, but unless a filter redirects or an extension answers, there is nowhere to
send its requests: they are answered `500`. A route of a Service or a Server, in a mesh, sends them on as they are.

Add a backend, or a filter that answers.

Basis: Gateway API, `HTTPRouteRule.backendRefs`; conformance test `httproute-omitted-backendrefs`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - matches: [{path: {value: /}}]  # warning: [route-without-backends] "no backend"
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
    - filters:
        - {type: RequestRedirect, requestRedirect: {scheme: https}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.model.gateway_api import GatewayRoute
from upstreamlint.symptoms import unrouted


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that leads nowhere."""
    for route in graph.nodes(GatewayRoute):
        if route.of_mesh and "istio" not in graph.technologies:
            # Linkerd sends such requests on to the Service that they were meant for, and authorizes by routes of a Server.
            continue
        for number, branch in enumerate(route.rules):
            if branch.backends or branch.answers_itself or route.meta.patched:
                continue
            yield Finding(
                message=f"a rule of {route.meta.kind} `{route.title}` has no backend",
                primary=Label(branch.anchor, "requests that match this have nowhere to go"),
                subject=graph.branches.get((route.id, str(number)), route),
                symptom=unrouted(route.meta.kind),
                help="add `backendRefs`, or a filter that redirects",
                fault=f"rule {number}",
            )
