"""An annotation stands on an object that its controller does not look at.

A BackendConfig is named by `cloud.google.com/backend-config` on the *Service*, not on the Ingress. The annotations
`service.beta.kubernetes.io/aws-load-balancer-*` configure the load balancer of a Service of type LoadBalancer: an ALB before the Service does
not read them. Those of ingress-nginx are read on Ingresses only. Nothing says so: the health check stays at `GET /`, the
protocol at plain HTTP.

A controller that runs with `--annotations-prefix` reads what stands behind that prefix, and nothing behind its usual one.

Move it to the object that is read, or use the annotation of what stands before the Service.

Basis: kubernetes/ingress-gce issue 1744; kubernetes-sigs/aws-load-balancer-controller issue 2279; the documentation of each controller.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: HTTPS  # warning: [annotation-on-wrong-object] "Ingresses"
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
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
    nginx.ingress.kubernetes.io/backend-protocol: HTTPS
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


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each annotation that is not read where it stands."""
    for found in graph.broken(AnnotationFault):
        if found.why is Unread.WRONG_OBJECT:
            yield Finding(
                message=f"annotation `{found.wanted}` of {found.owner.meta.kind} `{found.owner.title}`: {found.text}",
                primary=Label(found.anchor, "not read here"),
                subject=found.owner,
                related=tuple(Label(near.anchor, near.text) for near in found.near),
                help=found.remedy,
                fault=f"{found.owner.id}:{found.wanted}",
            )
