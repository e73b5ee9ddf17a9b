"""A route hands over to a VirtualService that does not exist.

Istio merges the routes of a delegate into the VirtualService that names it. When the delegate is not there, the
route is left out, with no more than a line in istiod's log: requests for it are answered `404` (flag `NR`), or by
another route. In the mesh, a VirtualService that is left without routes is as good as not there: its hosts are called
unrouted. Without a namespace, the delegate is looked up in the VirtualService's own.

Correct the name or the namespace, or add the delegate.

Basis: istio, `virtualservice.go` (`mergeVirtualServicesIfNeeded`); measured with Envoy: no route answers 404 NR.

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
  gateways:
    - mesh
  http:
    - match:
        - uri:
            prefix: /about
      route:
        - destination:
            host: worker
    - delegate:
        name: chekout  # error: [delegate-missing] "`chekout`"
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: checkout
  namespace: shop
spec:
  http:
    - route:
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
  gateways:
    - mesh
  http:
    - match:
        - uri:
            prefix: /about
      route:
        - destination:
            host: worker
    - delegate:
        name: checkout
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: checkout
  namespace: shop
spec:
  http:
    - route:
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

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.graph.istio.references.routes import DelegateName
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each delegate that is not there."""
    for delegate in graph.broken(DelegateName):
        written = delegate.delegate.namespace
        space = written.value if written is not None else delegate.virtual_service.meta.namespace
        where = f" in namespace `{space}`" if space else ""
        yield Finding(
            message=f"no VirtualService `{delegate.wanted}`{where} to hand over to",
            primary=Label(delegate.anchor, "no such delegate"),
            subject=delegate.route,
            related=tuple(Label(near.anchor, near.text) for near in delegate.near),
            symptom=Symptom(log=f"the requests go to {delegate.goes_to}") if delegate.goes_to else NO_ROUTE,
            hit=() if delegate.goes_to else None,
            fix=delegate.fix,
            help=f"use `{delegate.near[0].instead}`"
            if delegate.near
            else "add the delegate, or correct its name",
            assumption=delegate.assumption
            or (f"the delegate is to answer otherwise than {delegate.goes_to}" if delegate.goes_to else ""),
            fault=delegate.wanted,
        )
