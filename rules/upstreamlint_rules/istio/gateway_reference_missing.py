"""A VirtualService names a gateway that does not exist.

The name of a gateway is looked up in the namespace of the VirtualService, unless it is written as
`namespace/name` (or, an older way, `name.namespace.svc.cluster.local`). The routes of a VirtualService whose gateway
is not there are given to no proxy: the gateway answers `404` with an empty body (flag `NR`, no route).

A Gateway of the Gateway API is none that a VirtualService attaches to by its name, whoever implements it.

The rule speaks when a Gateway of that name is in another namespace, when one of the namespace has a similar
name, or when the files are known to be complete.

Write `namespace/name`.

Basis: istio, `resolveGatewayName`; measured with Envoy: no virtual host answers 404 NR.

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
    - edge  # error: [gateway-reference-missing] "no Gateway `edge`"
  http:
    - route:
        - destination:
            host: shop
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
            host: shop
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.gateways import GatewayName
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each gateway that is not there."""
    for name in graph.broken(GatewayName):
        owner = name.virtual_service
        space = owner.meta.namespace
        kind = "Gateway of Istio" if name.other is not None else "Gateway"
        where = "" if "/" in name.wanted or "." in name.wanted or not space else f" in namespace `{space}`"
        yield Finding(
            message=f"no {kind} `{name.wanted}`{where}, which VirtualService `{owner.title}` names",
            primary=Label(name.anchor, "no such Gateway"),
            subject=owner,
            hit=name.hits,
            related=tuple(Label(near.anchor, near.text) for near in name.near),
            symptom=NO_ROUTE,
            fix=name.fix,
            help=_help(name),
            assumption=name.assumption,
            fault=name.wanted,
        )


def _help(name: GatewayName) -> str:
    if name.other is not None:
        return "write an HTTPRoute for this Gateway, or name a Gateway of Istio"
    return f"use `{name.near[0].instead}`" if name.near else "add the Gateway, or correct the name"
