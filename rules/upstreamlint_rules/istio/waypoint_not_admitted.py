"""An AuthorizationPolicy that ztunnel holds admits the clients of a workload, and not the waypoint that they come by.

Requests to a Service with a waypoint (`istio.io/use-waypoint`) come to the pods from the waypoint, with the waypoint's own
principal. A policy without `targetRefs` that names the clients alone keeps it out, and with it every request of theirs.

Admit the principal of the waypoint for ztunnel, and name the clients in a policy that is attached to the waypoint.

Basis: Istio documentation, "Enforce authorization policies" of ambient mode and "Layer 4 security policy"; istiod gives a waypoint a
service account of its own name.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
    istio.io/use-waypoint: waypoint
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
  labels:
    istio.io/waypoint-for: service
spec:
  gatewayClassName: istio-waypoint
  listeners:
    - name: mesh
      port: 15008
      protocol: HBONE
---
apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
spec:
  selector:
    app: orders
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: orders
  template:
    metadata:
      labels:
        app: orders
    spec:
      containers:
        - name: app
          image: registry.example/orders:1
          ports:
            - containerPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      serviceAccountName: web
      containers:
        - name: app
          image: registry.example/web:1
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: orders  # warning: [waypoint-not-admitted] "`shop/waypoint`"
  namespace: shop
spec:
  selector:
    matchLabels:
      app: orders
  rules:
    - from:
        - source:
            principals:
              - cluster.local/ns/shop/sa/web
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
    istio.io/use-waypoint: waypoint
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: waypoint
  namespace: shop
  labels:
    istio.io/waypoint-for: service
spec:
  gatewayClassName: istio-waypoint
  listeners:
    - name: mesh
      port: 15008
      protocol: HBONE
---
apiVersion: v1
kind: Service
metadata:
  name: orders
  namespace: shop
spec:
  selector:
    app: orders
  ports:
    - name: http
      port: 80
      targetPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: orders
  template:
    metadata:
      labels:
        app: orders
    spec:
      containers:
        - name: app
          image: registry.example/orders:1
          ports:
            - containerPort: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      serviceAccountName: web
      containers:
        - name: app
          image: registry.example/web:1
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: orders
  namespace: shop
spec:
  selector:
    matchLabels:
      app: orders
  rules:
    - from:
        - source:
            principals:
              - cluster.local/ns/shop/sa/waypoint
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.authorization import WaypointDenied

_CLOSED = Symptom(
    503, "upstream connect error or disconnect/reset before headers", log="answered by the waypoint"
)


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each waypoint that a policy of ztunnel keeps out."""
    for denied in graph.broken(WaypointDenied):
        waypoint, client = denied.waypoint, denied.client
        yield Finding(
            message=f"AuthorizationPolicy `{denied.policy.title}` admits `{client.title}` to `{denied.workload.title}`, and "
            f"not waypoint `{waypoint.title}`, which its requests to Service `{denied.service.title}` come by",
            primary=Label(denied.anchor, "ztunnel holds it, which sees the waypoint call"),
            subject=denied.policy,
            hit=(),
            related=(
                Label(waypoint.anchor, "the waypoint"),
                Label(denied.workload.anchor, "the policy holds for these pods"),
            ),
            symptom=_CLOSED,
            help="admit the principal of the waypoint, and name the clients in a policy with `targetRefs`",
            fault=f"{denied.service.title}:{denied.workload.title}",
        )
