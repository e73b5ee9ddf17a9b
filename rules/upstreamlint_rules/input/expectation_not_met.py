"""A host or path that the configuration expects to be answered is not, or nothing proves it.

`expect:` in `upstreamlint.yaml` names what must work: `shop.example.com/*: ok`. A linter is silent where it cannot tell;
here silence is not enough. A route counts as answered when every way of it ends at something that runs in these files and
nothing on the way is broken or in doubt. Everything else is named: the fault that takes it down, or the fact that is
missing for a proof, such as a Service that is not among the files. No route for the host, or none that takes the path, is
a fault as well.

A host is compared with the names that routes have, `*` in it stands for any characters, and `*` alone for routes that name
no host. Without a path, or with `/*`, all routes of the host count; for one path those that take it.

Mend the fault, add the missing files, or expect less.

Basis: none; this holds the files against what you say of them.

## Fails

```yaml title="upstreamlint.yaml"
expect:
  shop.example.com/*: ok  # error: [expectation-not-met] "`cart` is not among the files"
  api.example.com: ok  # error: [expectation-not-met] "no route is for"
```

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: cart, port: {number: 80}}}
```

## Passes

```yaml title="upstreamlint.yaml"
expect:
  shop.example.com/*: ok
```

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: cart, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: cart}
spec:
  selector: {app: cart}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1
          ports: [{containerPort: 8080}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Severity, rule


@rule(severity=Severity.ERROR)
def check(_graph: Graph) -> Iterator[Finding]:
    """Yield nothing: the engine finds these itself, once every other rule has spoken."""
    yield from ()
