"""Two TCPRoutes or UDPRoutes on one listener, or two TLSRoutes for one name.

A connection has no path and, but for TLS, no host: the oldest route of a listener gets all that comes by TCP or UDP, and the
oldest TLSRoute of a name all that asks for it. The other one is accepted and never used, and its clients end at somebody
else's backend. istiod leaves such a TLSRoute out with all of its names, so those that nobody else has are closed.

Give each route a listener, or a name, of its own.

Basis: Gateway API, `TCPRoute` and `TLSRoute.hostnames`; istio, `gateway.go` (`buildGatewayNetworkFiltersFromTLSRoutes`), its
generator asked: one filter chain, of the older route.

## Fails

```yaml title="db.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: data}
spec:
  gatewayClassName: istio
  listeners:
    - {name: db, protocol: TCP, port: 5432}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: orders, namespace: data}
spec:
  parentRefs:
    - {name: edge, sectionName: db}
  rules:
    - backendRefs: [{name: orders, port: 5432}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: stock, namespace: data}
spec:
  parentRefs:
    - {name: edge, sectionName: db}  # warning: [stream-routes-conflict] "listener `db`"
  rules:
    - backendRefs: [{name: stock, port: 5432}]
```

## Passes

```yaml title="db.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: data}
spec:
  gatewayClassName: istio
  listeners:
    - {name: orders, protocol: TCP, port: 5432}
    - {name: stock, protocol: TCP, port: 5433}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: orders, namespace: data}
spec:
  parentRefs:
    - {name: edge, sectionName: orders}
  rules:
    - backendRefs: [{name: orders, port: 5432}]
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TCPRoute
metadata: {name: stock, namespace: data}
spec:
  parentRefs:
    - {name: edge, sectionName: stock}
  rules:
    - backendRefs: [{name: stock, port: 5432}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import SharedListener

_IGNORED = Symptom(log="the connections go where the older route leads")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route whose connections another one has."""
    for shared in graph.broken(SharedListener):
        kind, listener = shared.route.meta.kind, f"listener `{shared.listener.name}`"
        what = f"`{shared.host}` at {listener}" if shared.host else f"the connections of {listener}"
        yield Finding(
            message=f"{kind}s `{shared.other.title}` and `{shared.route.title}` both take {what}",
            primary=Label(shared.anchor, "only one of them is used"),
            subject=shared.route,
            hit=(),
            related=tuple(Label(near.anchor, near.text) for near in shared.near),
            symptom=_IGNORED,
            help=f"give each {kind} a {'name' if shared.host else 'listener'} of its own",
            assumption=shared.assumption,
            fault=shared.wanted,
        )
