"""`rewrite-target` names a group of the path that the path does not have.

ingress-nginx puts what the groups of the path took into `$1`, `$2`. A group that is not there is empty: with `rewrite-target: /$2` and the path
`/api`, every request comes to the backend as `/`, which answers it with the wrong page or `404`.

Write the path with its groups: `/api(/|$)(.*)`.

Basis: ingress-nginx documentation, "Rewrite".

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2  # warning: [rewrite-target-without-group] "group 2"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /api
            pathType: ImplementationSpecific
            backend:
              service:
                name: web
                port: {number: 80}
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /api(/|$)(.*)
            pathType: ImplementationSpecific
            backend:
              service:
                name: web
                port: {number: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.kubernetes.annotations.faults import AnnotationFault, Unread


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each target whose group is missing."""
    for found in graph.broken(AnnotationFault):
        if found.why is Unread.GROUP:
            yield Finding(
                message=f"annotation `{found.wanted}` of {found.owner.meta.kind} `{found.owner.title}`: {found.text}",
                primary=Label(found.anchor, "the group is empty"),
                subject=found.owner,
                related=tuple(Label(near.anchor, near.text) for near in found.near),
                help=found.remedy,
                fault=f"{found.owner.id}:{found.wanted}",
            )
