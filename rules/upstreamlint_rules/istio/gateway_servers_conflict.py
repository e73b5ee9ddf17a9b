"""Two Gateways claim the same TLS port and host of the same pods.

Istio keeps the server of one Gateway and leaves the other out, with no more than a line in its log. The routes
of the VirtualServices that are bound to the loser answer `404` (flag `NR`). Servers of plain HTTP are merged, so
they may share a host. The namespace before a slash keeps nothing apart here: proxies
know the name alone, and refuse a port that has it twice.

Give the host to one Gateway, and bind all its VirtualServices to that one.

Basis: istio, `gateway.go` (`MergeGateways`, `CheckDuplicates`).

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      tls: {mode: SIMPLE, credentialName: shop}
      hosts:
        - shop.example
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: other
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      tls: {mode: SIMPLE, credentialName: shop}
      hosts:
        - shop.example  # warning: [gateway-servers-conflict] "`shop.example`"
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      tls: {mode: SIMPLE, credentialName: shop}
      hosts:
        - shop.example
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: other
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 443
        name: https
        protocol: HTTPS
      tls: {mode: SIMPLE, credentialName: shop}
      hosts:
        - www.shop.example
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.gateways import SharedHost
from upstreamlint.model.istio import IstioGateway
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server that another Gateway's shuts out."""
    for shared in graph.broken(SharedHost):
        if not isinstance(shared.owner, IstioGateway) or not isinstance(shared.other, IstioGateway):
            continue
        yield Finding(
            message=f"Gateways `{shared.other.title}` and `{shared.owner.title}` both claim "
            + (shared.why if shared.wanted in shared.why else f"`{shared.wanted}` on {shared.why}"),
            primary=Label(shared.anchor, "one of the two is left out"),
            subject=shared.owner,
            related=tuple(Label(near.anchor, near.text) for near in shared.near),
            symptom=NO_ROUTE._replace(log="for the routes of one of them"),
            help="serve the host in one Gateway, and bind its VirtualServices to that",
            hit=shared.hits,
            assumption=shared.assumption,
            fault=shared.wanted,
        )
