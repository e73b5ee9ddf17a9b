"""A route answers with a server error of its own.

`directResponse` answers without asking any service. With a status from 500 on, every request of the route fails, and Envoy's log shows
the status without a flag. That is what is left over from maintenance.

Remove the block when the maintenance is over.

Basis: Istio API, `HTTPDirectResponse`.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example]
  http:
    - match:
        - uri: {prefix: /old}
      directResponse:
        status: 503  # warning: [direct-response-fails] "answers 503"
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example]
  http:
    - match:
        - uri: {prefix: /old}
      directResponse:
        status: 410
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes.meta import integer
from upstreamlint.symptoms import DIRECT_RESPONSE

_SERVER_ERROR = 500


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that answers with an error."""
    for owner, route in ((o, r) for o in graph.nodes(VirtualService) for r in graph.routes_of(o)):
        if owner.meta.patched:
            continue
        written = next((r for r in owner.routes if r.anchor is route.anchor), None)
        status = integer(written.direct) if written is not None else None
        if written is None or written.direct is None or status is None or status < _SERVER_ERROR:
            continue
        yield Finding(
            message=f"VirtualService `{owner.title}` answers {status} by itself",
            primary=Label(written.direct.anchor, "no service is asked"),
            subject=route,
            symptom=DIRECT_RESPONSE._replace(status=status),
            help="remove the `directResponse` when the maintenance is over",
        )
