"""An Ingress names a class that is not among those of the files.

An Ingress whose class no controller serves is never programmed: its hosts answer `404`, or nothing at all. Controllers
mostly bring their classes themselves, so the rule speaks only when the files hold IngressClasses, one of which has a
similar name, or when the files are known to be complete.

Name one of the classes.

Basis: Kubernetes API, `IngressSpec.ingressClassName`.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: internal}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: internl  # warning: [ingress-class-unknown] "`internl`"
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
metadata: {name: internal}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
spec:
  ingressClassName: internal
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
from upstreamlint.graph.references import ClassOfIngress
from upstreamlint.symptoms import NO_ROUTE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Ingress of an unknown class."""
    for reference in graph.broken(ClassOfIngress):
        near = reference.near[0] if reference.near else None
        yield Finding(
            message=f"no IngressClass `{reference.wanted}`, which Ingress `{reference.ingress.title}` needs",
            primary=Label(reference.anchor, "not among the classes of these files"),
            subject=reference.ingress,
            related=(Label(near.anchor, near.text),) if near else (),
            symptom=NO_ROUTE._replace(flag="", log="no controller serves the Ingress"),
            fix=reference.fix,
            help=f"use `{near.instead}`" if near else "name one of the classes, or add the class",
            fault=reference.wanted,
        )
