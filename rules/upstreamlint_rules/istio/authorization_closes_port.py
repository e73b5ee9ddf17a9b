"""An AuthorizationPolicy for requests closes every connection to a port.

A port whose name is none of HTTP's (`tcp-…`, `redis`, `https-…`) gives the sidecar connections, and no requests. DENY rules that
ask for paths, methods, hosts, headers or claims lose those there and take what is left, mostly everything; ALLOW rules that do
never hold. The connection is closed; a gateway that sends HTTP there answers `503` (flag `UC`).

Name the port for HTTP if that is what it speaks, or give the rules the `ports` that they are meant for.

Basis: istio, `pilot/pkg/security/authz/model` (`checkError`); istio/istio issues 25832, 24845 and 40584.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
---
apiVersion: v1
kind: Service
metadata:
  name: queue
  namespace: shop
spec:
  selector:
    app: queue
  ports:
    - name: tcp
      port: 5672
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: queue
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: queue
  template:
    metadata:
      labels:
        app: queue
    spec:
      containers:
        - name: app
          image: registry.example/queue:1
          ports:
            - containerPort: 5672
          readinessProbe:
            tcpSocket:
              port: 5672
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: no-admin  # warning: [authorization-closes-port] "port 5672"
  namespace: shop
spec:
  action: DENY
  rules:
    - to:
        - operation:
            paths:
              - /admin*
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
---
apiVersion: v1
kind: Service
metadata:
  name: queue
  namespace: shop
spec:
  selector:
    app: queue
  ports:
    - name: tcp
      port: 5672
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: queue
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: queue
  template:
    metadata:
      labels:
        app: queue
    spec:
      containers:
        - name: app
          image: registry.example/queue:1
          ports:
            - containerPort: 5672
          readinessProbe:
            tcpSocket:
              port: 5672
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: no-admin
  namespace: shop
spec:
  action: DENY
  rules:
    - to:
        - operation:
            paths:
              - /admin*
            ports:
              - "8080"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references.authorization import ClosedPort


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that a policy for requests closes."""
    for closed in graph.broken(ClosedPort):
        port, service = closed.port, closed.service
        place = port.app_protocol or port.name
        yield Finding(
            message=f"AuthorizationPolicy `{closed.policy.title}` closes every connection to port {port.number} of "
            f"Service `{service.title}`, which is not named for HTTP",
            primary=Label(closed.anchor, "asks for what only requests of HTTP have"),
            subject=closed.policy,
            hit=closed.hits,
            related=(
                *((Label(place.anchor, "the sidecar takes this port for connections"),) if place else ()),
                Label(closed.workload.anchor, "the policy holds for these pods"),
            ),
            symptom=closed.answer,
            help="name the port for HTTP (`http-…`) if it is, or give the rules `ports` of their own",
            fault=f"{service.title}:{port.number}",
        )
