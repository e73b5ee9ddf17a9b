"""Two VirtualServices for one host of the mesh, or for all requests of one host of a gateway.

Sidecars use one VirtualService for a host: the oldest. The other is ignored, with all its routes. Gateways merge
VirtualServices of one host, and ask the routes that take all requests last: the one of the younger VirtualService never
gets any.

Of TCP a gateway takes one VirtualService for a port, whatever their hosts are: TCP has no hosts. Of TLS that is passed
through it takes one for a name (`sniHosts`).

Put the routes into one VirtualService, or split it with delegates.

Basis: istio, `sidecar.go`; `gateway.go` and `SortVHostRoutes`; Istio documentation, message IST0109.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - shop
  http:
    - route:
        - destination:
            host: shop
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: canary
  namespace: shop
spec:
  hosts:
    - shop  # warning: [virtual-services-conflict] "`shop`"
  http:
    - route:
        - destination:
            host: shop
```

```yaml title="gateway.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  selector:
    istio: ingressgateway
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: front
  namespace: shop
spec:
  hosts: ["*"]
  gateways: [edge]
  http:
    - route:
        - destination: {host: shop}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: admin
  namespace: shop
spec:
  hosts: ["*"]  # warning: [virtual-services-conflict] "at gateway `edge`"
  gateways: [edge]
  http:
    - match:
        - uri: {prefix: /}
      route:
        - destination: {host: admin}
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - shop
  http:
    - route:
        - destination:
            host: shop
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: shop
spec:
  hosts:
    - cart
  http:
    - route:
        - destination:
            host: shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.gateways import SharedHost
from upstreamlint.model.istio import VirtualService

_IGNORED = Symptom(log="the routes of the younger one are ignored")
_NEVER_ASKED = Symptom(log="the route of the younger one never gets a request")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each VirtualService whose host another one has."""
    for shared in graph.broken(SharedHost):
        if not isinstance(shared.owner, VirtualService) or not isinstance(shared.other, VirtualService):
            continue
        what = f"all requests of `{shared.wanted}` at gateway `{shared.why}`"
        if shared.streams:
            what = f"the connections of {shared.wanted} at gateway `{shared.why}`"
        elif not shared.why:
            what = f"`{shared.wanted}` in the mesh"
        yield Finding(
            message=f"VirtualServices `{shared.other.title}` and `{shared.owner.title}` both route {what}",
            primary=Label(shared.anchor, "only one of them is used"),
            subject=shared.owner,
            related=tuple(Label(near.anchor, near.text) for near in shared.near),
            symptom=_NEVER_ASKED if shared.why and not shared.streams else _IGNORED,
            help="give each a port or a name of its own"
            if shared.streams
            else "put the routes into one VirtualService",
            assumption=shared.assumption,
            fault=shared.wanted,
        )
