"""An Ingress carries an annotation that only other controllers read.

Each controller has its own annotations, and ignores those of the others without a word: there are two for nginx, ingress-nginx of the Kubernetes project
(`nginx.ingress.kubernetes.io/`) and the NGINX Ingress Controller of F5 (`nginx.org/`), and two for HAProxy, that of HAProxy Technologies (`haproxy.org/`) and HAProxy
Ingress (`haproxy-ingress.github.io/`, formerly `ingress.kubernetes.io/`). A backend that speaks TLS or gRPC is then called with plain HTTP (`502` or `400`), a path is not
rewritten (`404`), a timeout stays at its default.

Reported for annotations that say what is spoken to a backend, rewrite its path or give it time, where the controller of the class is known and the Ingress has none of its own.

Use the annotation of the controller that serves the class.

Basis: nginx/kubernetes-ingress issue 2749; the documentation of the controllers.

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
from upstreamlint.graph.kubernetes.ingress.as_read import ControllerAnnotation


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each annotation that nobody reads."""
    for reference in graph.broken(ControllerAnnotation):
        yield Finding(
            message=f"annotation `{reference.wanted}` of Ingress `{reference.ingress.title}` is not read by "
            f"{reference.controller}, which serves its class",
            primary=Label(reference.anchor, f"{reference.near[0].text}, and not this one"),
            subject=reference.ingress,
            related=(Label(reference.ingress.class_name.anchor, "the class"),)
            if reference.ingress.class_name
            else (),
            symptom=reference.symptom,
            help=f"use {reference.meaning.instead(reference.controller)}",
            fault=reference.wanted,
        )
