"""A gateway routes to a workload whose AuthorizationPolicies let no gateway in.

As soon as one ALLOW policy holds for a workload, requests that no ALLOW rule takes are answered `403` (`RBAC: access
denied`). The rule speaks when every rule is limited to namespaces or principals that the pods of the gateway do not
have; paths, methods and claims are not judged.

Add the namespace (or the principal) of the gateway to a rule.

Basis: Istio documentation, "Authorization Policy"; measured with Envoy: 403 RBAC: access denied.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: reviews
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
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
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
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: reviews  # warning: [authorization-denies-route] "`shop/reviews`"
  namespace: shop
spec:
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces:
              - shop
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews.example
  gateways:
    - istio-ingress/edge
  http:
    - route:
        - destination:
            host: reviews
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
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
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
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: reviews
  namespace: shop
spec:
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces:
              - istio-ingress
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references import DeniedRoute
from upstreamlint.symptoms import FORBIDDEN


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy that shuts a gateway out."""
    for denied in graph.broken(DeniedRoute):
        yield Finding(
            message=f"AuthorizationPolicy `{denied.policy.title}` denies the gateway in namespace "
            f"`{denied.client}`, which routes to `{denied.workload.title}`",
            primary=Label(denied.anchor, "no rule takes requests from there"),
            subject=denied.policy,
            related=(
                Label(denied.hit.anchor, "the route"),
                Label(denied.workload.anchor, "the policy holds for these pods"),
            ),
            symptom=FORBIDDEN,
            hit=(denied.hit,),
            help=f"allow the namespace `{denied.client}`, or the principal of the gateway, in a rule",
        )
