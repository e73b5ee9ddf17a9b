"""An annotation is no controller's, but for a slip of the hand.

Controllers pass over annotations that they do not know, without a word: with `alb.ingress.kuberentes.io/backend-protocol: HTTPS`
the ALB speaks plain HTTP to pods that speak TLS, and every request is a `502`. The prefixes of the well-known controllers are
compared, and the keys of those whose keys are all known.

Write the prefix and the key as the controller's documentation does.

Basis: kubernetes-sigs/aws-load-balancer-controller issue 2726; the lists of annotations of each controller.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kuberentes.io/backend-protocol: HTTPS  # warning: [annotation-misspelt] "alb.ingress.kubernetes.io"
    alb.ingress.kubernetes.io/target-type: ip
spec:
  ingressClassName: alb
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
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/backend-protocol: HTTPS
    alb.ingress.kubernetes.io/target-type: ip
spec:
  ingressClassName: alb
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
from upstreamlint.graph.kubernetes.annotations.faults import AnnotationFault, Unread
from upstreamlint.graph.mend import respelt


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each annotation that is misspelt."""
    for found in graph.broken(AnnotationFault):
        if found.why is Unread.MISSPELT:
            yield Finding(
                message=f"annotation `{found.wanted}` of {found.owner.meta.kind} `{found.owner.title}`: {found.text}",
                primary=Label(found.anchor, "no controller knows this"),
                subject=found.owner,
                related=tuple(Label(near.anchor, near.text) for near in found.near),
                fix=respelt(found.anchor, found.wanted, found.meant),
                help=found.remedy,
                fault=f"{found.owner.id}:{found.wanted}",
            )
