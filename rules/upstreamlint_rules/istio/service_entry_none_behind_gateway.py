"""A gateway routes to a ServiceEntry without resolution.

`resolution: NONE` forwards to the address that the client dialled. At a gateway the client dialled the gateway itself, so
Istio builds an empty cluster there instead, and requests are answered `503 no healthy upstream` (flag `UH`). NONE
is also what an entry has that does not say.

Use `resolution: DNS`, or STATIC with endpoints.

Basis: istio, `cluster.go` (`convertResolution`: gateways cannot use passthrough clusters); measured with Envoy: 503 UH.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - shop.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: ledger.example
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_EXTERNAL
  ports:
    - number: 80
      name: http
      protocol: HTTP
  resolution: NONE  # error: [service-entry-none-behind-gateway] "`shop/ledger`"
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
    - shop.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: ledger.example
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_EXTERNAL
  ports:
    - number: 80
      name: http
      protocol: HTTP
  resolution: DNS
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import NoneResolution
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each entry that a gateway cannot resolve."""
    for none in graph.broken(NoneResolution):
        if none.mirror:
            continue
        yield Finding(
            message=f"Gateway `{none.gateway.title}` routes to ServiceEntry `{none.entry.title}`, "
            "which has no resolution",
            primary=Label(none.anchor, "a gateway has no address to forward to"),
            subject=none.entry,
            related=(Label(none.destination.host.anchor, "the gateway sends requests here"),),
            symptom=none.answer(NO_HEALTHY_UPSTREAM),
            help="use `resolution: DNS`, or STATIC with endpoints",
        )
