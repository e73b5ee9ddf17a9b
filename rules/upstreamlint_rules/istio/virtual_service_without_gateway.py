"""A VirtualService is for a host of a Gateway and names no gateway.

A VirtualService without `gateways` is for the sidecars of the mesh alone. A Gateway gets only the routes of those that name it: for a host that none of them
has it answers `404` with the flag `NR`, whatever else is written for that host.

It is told where the host is no Service and no ServiceEntry of the mesh, and a server of a Gateway has the very name, while no VirtualService is bound to it for
that. Where the server has a wildcard it is a warning, and only while nothing at all is bound to the Gateway.

Name the gateway, with its namespace when it is another one; add `mesh` where sidecars are to use the routes as well.

Basis: Istio reference, VirtualService, `gateways`; istio/istio issue 19972.

## Fails

```yaml title="shop.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: ingress}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: [www.shop.example]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts:
    - www.shop.example  # error: [virtual-service-without-gateway] "names no gateway"
  http:
    - route: [{destination: {host: shop}}]
```

## Passes

```yaml title="shop.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: ingress}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: [www.shop.example]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [www.shop.example]
  gateways: [edge]
  http:
    - route: [{destination: {host: shop}}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.gateways.unbound import UnboundHost
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that its Gateway has no routes for."""
    for found in graph.broken(UnboundHost):
        owner, gateway = found.virtual_service, found.gateway
        same = owner.meta.namespace == gateway.meta.namespace
        name = gateway.meta.name.value if same else f"{gateway.meta.namespace}/{gateway.meta.name}"
        yield Finding(
            message=f"VirtualService `{owner.title}` is for `{found.wanted}` and names no gateway, and nothing is bound to Gateway "
            f"`{gateway.title}` for it",
            primary=Label(found.anchor, "for sidecars alone"),
            subject=owner,
            hit=found.hits,
            related=(Label(found.served.anchor, "this server is asked for it"),),
            symptom=NO_ROUTE,
            help=f"add `gateways: [{name}]`",
            assumption=found.assumption,
        )
