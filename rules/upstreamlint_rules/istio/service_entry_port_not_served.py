"""The pods that a ServiceEntry selects declare other ports than it dials.

Pods that a `workloadSelector` takes are dialled on their container port with the name of the entry's port, or else on its
`targetPort`, or else on its number. Where nobody listens there, requests are answered `503` (flag `UF`).

A pod may serve a port that it does not declare, so this is a warning.

Write the port of the pods as `targetPort`, or name theirs as the entry does.

Basis: istio, `serviceregistry/serviceentry`: `convertWorkloadInstanceToServiceInstance`, asked with its generator.

## Fails

```yaml title="mesh.yaml"
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ingress
  namespace: istio-ingress
spec:
  replicas: 2
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          readinessProbe:
            httpGet:
              path: /healthz/ready
              port: 15021
---
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ledger
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ledger
  template:
    metadata:
      labels:
        app: ledger
    spec:
      containers:
        - name: app
          image: registry.example/ledger:1
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_INTERNAL
  resolution: STATIC
  workloadSelector:
    labels:
      app: ledger
  ports:
    - number: 80  # warning: [service-entry-port-not-served] "port 80"
      name: http
      protocol: HTTP
```

## Passes

```yaml title="mesh.yaml"
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ingress
  namespace: istio-ingress
spec:
  replicas: 2
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          readinessProbe:
            httpGet:
              path: /healthz/ready
              port: 15021
---
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
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ledger
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ledger
  template:
    metadata:
      labels:
        app: ledger
    spec:
      containers:
        - name: app
          image: registry.example/ledger:1
          ports:
            - containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: ledger
  namespace: shop
spec:
  hosts:
    - ledger.example
  location: MESH_INTERNAL
  resolution: STATIC
  workloadSelector:
    labels:
      app: ledger
  ports:
    - number: 80
      name: http
      protocol: HTTP
      targetPort: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import EntryTarget
from upstreamlint.symptoms import CONNECTION_FAILED


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port of an entry that no pod behind it declares."""
    for target in graph.broken(EntryTarget):
        first = target.workloads[0]
        declared = [p for c in first.containers for p in c.ports]
        yield Finding(
            message=f"ServiceEntry `{target.entry.title}` leads to port {target.number}, which the pods of "
            f"`{first.title}` do not declare",
            primary=Label(target.anchor, "the pods are dialled on this port"),
            subject=target.entry,
            hit=target.hits,
            related=tuple(Label(p.anchor, f"`{first.title}` declares {p.number}") for p in declared[:1]),
            symptom=CONNECTION_FAILED,
            help=f"set `targetPort: {declared[0].number}`" if len(declared) == 1 else "set the `targetPort`",
            fault=target.wanted,
        )
