"""A DestinationRule has a gateway pass requests on to the address that was dialled.

`loadBalancer.simple: PASSTHROUGH` forwards to the address that the client dialled, and balances nothing. Sidecars know
that address. At a gateway the client dialled the gateway itself: its proxy has no other, and answers
`503 no healthy upstream` (flag `UH`).

Use another load balancer, or give the gateway a rule of its own by `exportTo` or `workloadSelector`.

Basis: istio, `pilot/pkg/networking/core/loadbalancer` and its generator, which makes an `ORIGINAL_DST` cluster of it; Envoy, "Original
destination": a connection that was not redirected has no host.

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
            host: ledger
---
apiVersion: v1
kind: Service
metadata:
  name: ledger
  namespace: shop
spec:
  selector:
    app: ledger
  ports:
    - name: http
      port: 80
      targetPort: 8080
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
kind: DestinationRule
metadata:
  name: ledger
  namespace: shop
spec:
  host: ledger
  trafficPolicy:
    loadBalancer:
      simple: PASSTHROUGH  # error: [passthrough-behind-gateway] "`ledger.shop.svc.cluster.local`"
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
            host: ledger
---
apiVersion: v1
kind: Service
metadata:
  name: ledger
  namespace: shop
spec:
  selector:
    app: ledger
  ports:
    - name: http
      port: 80
      targetPort: 8080
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
kind: DestinationRule
metadata:
  name: ledger
  namespace: shop
spec:
  host: ledger
  trafficPolicy:
    loadBalancer:
      simple: LEAST_REQUEST
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.destinations import PassedOn
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each rule that leaves a gateway without an address."""
    for passed in graph.broken(PassedOn):
        yield Finding(
            message=f"DestinationRule `{passed.rule.title}` has a gateway pass requests for `{passed.host}` on to "
            "the address that was dialled, which is the gateway's own",
            primary=Label(passed.anchor, "a gateway has no address to pass them on to"),
            subject=passed.target,
            related=(Label(passed.destination.host.anchor, "the gateway sends requests here"),),
            symptom=passed.answer(NO_HEALTHY_UPSTREAM),
            help="use another load balancer, such as `LEAST_REQUEST`",
            assumption=passed.assumption,
        )
