"""An AuthorizationPolicy in ambient mode asks for what only requests have, and is held by ztunnel, which sees connections.

Without `targetRefs` a policy is held by the ztunnel before the pods, whether they have a waypoint or not. It knows addresses, ports and
principals. A rule of ALLOW that asks for paths, methods, hosts, headers or claims never holds there: where no other
does, every connection is reset. A rule of DENY loses these, and keeps the ports that it names shut for everybody.

Attach the policy to the Service or to its waypoint with `targetRefs`; leave one for ztunnel that admits the waypoint.

Basis: istio, `pilot/pkg/serviceregistry/ambient/authorization.go` (`handleRule`); Istio documentation, "Use Layer 7 features",
where a client without a waypoint gets `connection reset by peer`.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
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
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: orders
  namespace: shop
spec:
  selector:
    matchLabels:
      app: orders
  action: ALLOW
  rules:
    - to:  # error: [authorization-beyond-ztunnel] "resets every connection"
        - operation:
            methods:
              - GET
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
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
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: orders
  namespace: shop
spec:
  selector:
    matchLabels:
      app: orders
  action: ALLOW
  rules:
    - from:
        - source:
            namespaces:
              - shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import merged
from upstreamlint.graph.istio.references.authorization import BelowRequests

_RESET = Symptom(log="connections are reset: ztunnel logs `connection closed due to policy rejection`")
_SHOWN = 3


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each policy for requests that ztunnel holds."""
    for below in graph.broken(BelowRequests):
        names = [f"`{w.title}`" for w in below.workloads]
        whose = " and ".join(names) if len(names) <= _SHOWN else f"{len(names)} workloads"
        what = "every connection" if below.port is None else f"every connection to port {below.port}"
        yield Finding(
            message=f"AuthorizationPolicy `{below.policy.title}` resets {what} of {whose} in ambient mode",
            primary=Label(below.anchor, "asks for what only requests of HTTP have"),
            subject=below.policy,
            hit=merged(
                hit
                for w in below.workloads
                for hit in graph.affected(w, share=1.0 if below.port is None else None)
            ),
            related=tuple(
                Label(w.anchor, "ztunnel holds it for these pods") for w in below.workloads[:_SHOWN]
            ),
            symptom=_RESET,
            help="attach it to the Service or its waypoint with `targetRefs`, or ask for what connections have",
            fault=str(below.port or ""),
        )
