"""No host name of a Gateway API route is one that its listeners serve.

The host names of a route are cut down to those that its listener serves. When nothing is left on any listener, the
route gets the condition `Accepted: False` (`NoMatchingListenerHostname`), and requests for those hosts are answered
`404`. `*.example.com` stands for one label or more, and not for `example.com` itself.

Change a host name of the route or of the listener, or attach the route to a listener that fits.

Basis: Gateway API, `Listener.hostname`; conformance test `tlsroute-invalid-no-matching-listener-hostname`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80, hostname: shop.example}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  hostnames:
    - www.shop.example  # error: [route-hostname-no-match] "www.shop.example"
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
    - {name: http, protocol: HTTP, port: 80, hostname: "*.shop.example"}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  hostnames: [www.shop.example]
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
    """Yield each route whose host names no listener serves."""
    for reference in graph.broken(RouteParent):
        route, gateway = reference.route, reference.gateway
        if reference.refusal is not Refusal.NO_HOSTNAME or gateway is None:
            continue
        section = reference.parent.section
        listeners = f"listener `{section}`" if section is not None else "no listener"
        verb = "does not serve" if section is not None else "serves"
        other = next((near.instead for near in reference.near if near.instead), "")
        yield Finding(
            message=f"{listeners} of {gateway.meta.kind} `{gateway.meta.title}` {verb} `{reference.wanted}`, "
            f"the host of {route.meta.kind} `{route.title}`",
            primary=Label(reference.anchor, "no listener that the route attaches to serves this"),
            subject=route,
            hit=reference.hits,
            related=(
                *((Label(section.anchor, "attached here"),) if section is not None else ()),
                *(Label(near.anchor, near.text) for near in reference.near),
            ),
            symptom=unattached(route.meta.kind),
            help=f"attach to listener `{other}`"
            if other
            else "make the host names of route and listener meet",
            assumption=reference.assumption,
            fault=reference.wanted,
        )
