"""A container is configured to call a Service that its Sidecar leaves out.

A Sidecar limits the hosts that the proxies of a namespace know. Under `REGISTRY_ONLY` a request for another host is answered `502`
with an empty body (a TCP connection is reset). The hosts of an `egress` listener with a `port` are known at that port alone. Hosts that a visible VirtualService routes to are known all the same.

Add the namespace of the Service to `egress.hosts`.

Basis: istio, `sidecar.go`, `httproute.go` (`block_all`); measured with Envoy: 502, empty body.

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
apiVersion: v1
kind: Pod
metadata:
  name: front
  namespace: web
spec:
  containers:
    - name: app
      image: registry.example/front:1
      env:
        - name: REVIEWS_URL
          value: http://reviews.shop:9080  # warning: [sidecar-hides-destination] "`shop/reviews`"
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: default
  namespace: web
spec:
  egress:
    - hosts:
        - ./*
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
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
apiVersion: v1
kind: Pod
metadata:
  name: front
  namespace: web
spec:
  containers:
    - name: app
      image: registry.example/front:1
      env:
        - name: REVIEWS_URL
          value: http://reviews.shop:9080
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata:
  name: default
  namespace: web
spec:
  egress:
    - hosts:
        - ./*
        - shop/*
  outboundTrafficPolicy:
    mode: REGISTRY_ONLY
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.destinations import HiddenService

_BLOCKED = Symptom(502, "", "", "empty body")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each call that a Sidecar shuts out."""
    for hidden in graph.broken(HiddenService):
        space = hidden.service.meta.namespace
        yield Finding(
            message=f"Sidecar `{hidden.scope.title}` hides Service `{hidden.service.title}`, "
            f"which `{hidden.workload.title}` is configured to call",
            primary=Label(hidden.anchor, "the container calls it"),
            subject=hidden.workload,
            related=(
                Label(hidden.mode, "hosts that are not listed are unknown to its proxy")
                if hidden.port is None
                else Label(hidden.mode, "the hosts of this listener are known at this port alone"),
                Label(hidden.service.anchor, "the Service"),
            ),
            symptom=_BLOCKED,
            help=f"add `{space}/*` to the hosts of an `egress` without `port`"
            if hidden.port is not None
            else f"add `{space}/*` to the hosts of the Sidecar's `egress`",
            fault=hidden.service.title,
        )
