"""An Ingress has its authorization asked at an address that it serves itself.

The annotation `auth-url` holds for every path of its Ingress. Where one of them leads to the authorization service, and the address is of that path, the question
comes back to the same Ingress, which asks again whether it may go on, until the controller's connections run out: every request gets `500`.

Ask the authorization service by the name of its Service, or give its path an Ingress of its own, without the annotation.

Basis: ingress-nginx, `auth-url`; measured on nginx 1.22.1, whose log says `auth request unexpected status: 500 while sending to client`.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://shop.example/oauth2/auth  # error: [authorization-asks-itself] "`/oauth2`"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
          - {path: /oauth2, pathType: Prefix, backend: {service: {name: login, port: {number: 4180}}}}
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://shop.example/oauth2/auth
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: login}
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - {path: /oauth2, pathType: Prefix, backend: {service: {name: login, port: {number: 4180}}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.finding import Affected
from upstreamlint.graph.kubernetes.ingress.authorization_loops import AuthorizationLoop


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Ingress that has itself asked."""
    for found in graph.broken(AuthorizationLoop):
        ingress = found.ingress
        yield Finding(
            message=f"Ingress `{ingress.title}` has its authorization asked at its own path `{found.path}`, which asks in turn",
            primary=Label(found.anchor, f"{found.by} asks here before every request"),
            subject=ingress,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=Symptom(500, log="nginx logs `auth request unexpected status: 500`"),
            help="ask the Service itself, or give that path an Ingress without the annotation",
            assumption=found.assumption,
            fault=found.wanted,
            hit=tuple(Affected(b.host or "*", b.path or "/", 1.0, b.anchor) for b in ingress.backends),
        )
