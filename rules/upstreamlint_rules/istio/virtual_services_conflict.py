"""Two VirtualServices for one host of the mesh.

Sidecars use one VirtualService for a host: the oldest. The other is ignored, with all its routes. (Gateways do
merge VirtualServices of one host.)

Put the routes into one VirtualService, or split it with delegates.

Basis: istio, `sidecar.go`; Istio documentation, message IST0109.

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
from upstreamlint.graph.istio.references import SharedHost
from upstreamlint.model.istio import VirtualService

_IGNORED = Symptom(log="the routes of the younger one are ignored")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each VirtualService whose host another one has."""
    for shared in graph.broken(SharedHost):
        if not isinstance(shared.owner, VirtualService) or not isinstance(shared.other, VirtualService):
            continue
        yield Finding(
            message=f"VirtualServices `{shared.other.title}` and `{shared.owner.title}` both route "
            f"`{shared.wanted}` in the mesh",
            primary=Label(shared.anchor, "only one of them is used"),
            subject=shared.owner,
            related=tuple(Label(near.anchor, near.text) for near in shared.near),
            symptom=_IGNORED,
            help="put the routes into one VirtualService",
            assumption=shared.assumption,
            fault=shared.wanted,
        )
