"""The value of an annotation is none that its controller understands.

A time with a unit where seconds are counted (`proxy-read-timeout: 300s`), a protocol in small letters (`backend-protocol: https` of an ALB),
JSON that is none, success codes of HTTP for a target group that is checked with gRPC, a protocol of streams for a Service to which routes of HTTP lead (Kong, which then answers `503`): the controller keeps its default, or refuses the whole Ingress. A long request then ends with `504` after the
default minute, a TLS backend is called with plain HTTP.

Write the value as the documentation does.

Basis: kubernetes/ingress-nginx, internal/ingress/annotations/parser; kubernetes-sigs/aws-load-balancer-controller, pkg/annotations/parser.go; Elastic Load Balancing API reference, `Matcher`.

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
    nginx.ingress.kubernetes.io/proxy-read-timeout: 300s  # warning: [annotation-value-refused] "without a unit"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
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
    nginx.ingress.kubernetes.io/proxy-read-timeout: "300"
spec:
  ingressClassName: nginx
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
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
from upstreamlint.graph.kubernetes.ingress.refused import IngressRefused


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each value that is not taken; one that costs the whole Ingress is told as that."""
    told = {found.anchor for found in graph.broken(IngressRefused)}
    for found in graph.broken(AnnotationFault):
        if found.why is Unread.VALUE and found.anchor not in told:
            yield Finding(
                message=f"annotation `{found.wanted}` of {found.owner.meta.kind} `{found.owner.title}`: {found.text}",
                primary=Label(found.anchor, "not understood"),
                subject=found.owner,
                related=tuple(Label(near.anchor, near.text) for near in found.near),
                help=found.remedy,
                fault=f"{found.owner.id}:{found.wanted}",
            )
