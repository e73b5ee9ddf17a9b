"""A route leads to a host that only a VirtualService has.

A VirtualService changes how requests for a host are routed; it is no destination. A route to its host is not
looked up again: the proxy looks for a cluster of that name, finds none, and answers `503` with an empty body (flag
`NC`). The host needs a Service or a ServiceEntry of its own.

Route to the Service that is meant, hand over with `delegate`, or create a Service for the host.

Basis: istio, `route.go` (`GetDestinationCluster`); measured with Envoy: an unknown cluster answers 503 NC.

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
  http:
    - route:
        - destination:
            host: stage  # error: [virtual-service-chain] "`stage`"
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: stage
  namespace: shop
spec:
  hosts:
    - stage
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
    - shop.example
  http:
    - route:
        - destination:
            host: worker
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: stage
  namespace: shop
spec:
  hosts:
    - stage
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
from upstreamlint.graph.istio.references.destinations import HostFault, MeshHost
from upstreamlint.symptoms import NO_CLUSTER


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each destination that is another VirtualService's host."""
    for host in graph.broken(MeshHost):
        if host.fault is not HostFault.CHAIN or host.mirror:
            continue
        yield Finding(
            message=f"`{host.wanted}` is the host of a VirtualService, not of a service",
            primary=Label(host.anchor, "no Service or ServiceEntry has this host"),
            subject=host.target,
            related=tuple(Label(near.anchor, near.text) for near in host.near),
            symptom=host.answer(NO_CLUSTER),
            help=f"route to `{host.near[0].instead}`, or use `delegate`"
            if host.near
            else "route to a Service",
            fault=host.expanded,
        )
