"""A route answers 5xx on purpose.

Fault injection (`fault.abort`) makes the proxy answer a share of the requests itself, without asking the
destination. It is a means of testing; left on, clients get the status that is written there, with the body
`fault filter abort` (flag `FI`), and nothing is wrong with the destination.

Remove the `fault` block when the test is over.

Basis: Envoy documentation, "Fault injection"; Istio documentation, "Fault Injection".

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: shop
spec:
  hosts:
    - worker
  http:
    - fault:
        abort:
          httpStatus: 503  # warning: [fault-injection-left-on] "503"
          percentage:
            value: 100
      route:
        - destination:
            host: worker
---
apiVersion: v1
kind: Service
metadata:
  name: worker
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Endpoints
metadata:
  name: worker
  namespace: shop
subsets:
  - addresses:
      - ip: 192.0.2.10
    ports:
      - name: http
        port: 80
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
    - worker
  http:
    - fault:
        abort:
          httpStatus: 418
          percentage:
            value: 100
      route:
        - destination:
            host: worker
---
apiVersion: v1
kind: Service
metadata:
  name: worker
  namespace: shop
spec:
  ports:
    - name: http
      port: 80
---
apiVersion: v1
kind: Endpoints
metadata:
  name: worker
  namespace: shop
subsets:
  - addresses:
      - ip: 192.0.2.10
    ports:
      - name: http
        port: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.model.istio import VirtualService
from upstreamlint.model.kubernetes.meta import integer

_SERVER_ERROR = 500


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that injects server errors."""
    for owner in graph.nodes(VirtualService):
        for route in owner.routes:
            status = integer(route.abort)
            if route.abort is None or status is None or status < _SERVER_ERROR or owner.meta.patched:
                continue
            yield Finding(
                message=f"VirtualService `{owner.title}` answers {status} by fault injection",
                primary=Label(route.abort.anchor, "requests are answered with this on purpose"),
                subject=owner,
                symptom=Symptom(status, "fault filter abort", "FI"),
                help="remove the `fault` block when the test is over",
                fault=f"{status} {' '.join(route.paths)}",
            )
