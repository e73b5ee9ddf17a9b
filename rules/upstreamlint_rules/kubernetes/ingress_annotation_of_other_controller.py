"""An Ingress carries an annotation that only the other nginx controller reads.

There are two nginx controllers: ingress-nginx of the Kubernetes project (`nginx.ingress.kubernetes.io/`) and the NGINX
Ingress Controller of F5 (`nginx.org/`). Each ignores the other's annotations without a word. A backend that speaks TLS
or gRPC is then called with plain HTTP (`502` or `400`), a path is not rewritten (`404`), a timeout stays at its default.

Use the annotation of the controller that serves the class.

Basis: nginx/kubernetes-ingress issue 2749; the documentation of both controllers.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: nginx.org/ingress-controller}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: HTTPS  # warning: [ingress-annotation-of-other-controller] "not read"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: nginx.org/ingress-controller}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.org/ssl-services: web
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port: {number: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.ingress_controllers import ControllerAnnotation
from upstreamlint.symptoms import BAD_GATEWAY


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each annotation that nobody reads."""
    for reference in graph.broken(ControllerAnnotation):
        yield Finding(
            message=f"annotation `{reference.wanted}` of Ingress `{reference.ingress.title}` is not read by "
            f"{reference.controller}, which serves its class",
            primary=Label(reference.anchor, "read by the other nginx controller only"),
            subject=reference.ingress,
            related=(Label(reference.ingress.class_name.anchor, "the class"),)
            if reference.ingress.class_name
            else (),
            symptom=BAD_GATEWAY,
            help=f"use `{reference.equivalent}`",
            fault=reference.wanted,
        )
