"""A path of an Ingress is that path alone for its load balancer, where all that is below it must be meant.

With the type `ImplementationSpecific`, which the old group `extensions` has alone, the load balancers of GKE, AWS and Azure take a path as their own pattern: it is one
path unless it ends in `*`. What is below goes to the default backend, which answers `404`: of an application on `/` the first page comes, and none
of its scripts and styles.

It must be meant where a probe asks the pods for a path below, where it is `/`, and where no path of the host has a `*`.

Write `pathType: Prefix`, or a path that ends in `*`.

Basis: Google Cloud documentation, "GKE Ingress for Application Load Balancers", URL paths; aws-load-balancer-controller,
pkg/ingress/model_build_listener_rules.go (`buildPathPatterns`); application-gateway-kubernetes-ingress, docs, "Annotations" and pkg/appgw/requestroutingrules.go.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: alb
  rules:
    - host: shop.example
      http:
        paths:
          - path: /  # warning: [ingress-path-exact] "`/`"
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
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.kubernetes.ingress.lone_paths import LonePath


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each path that leaves out what is below it."""
    for lone in graph.broken(LonePath):
        below = lone.below
        yield Finding(
            message=f"Ingress `{lone.owner.title}` is for the path `{lone.wanted}` alone, and for none below it",
            primary=Label(lone.anchor, "one path"),
            subject=lone.owner,
            related=(Label(below.anchor, below.text),) if below is not None else (),
            symptom=Symptom(404, log=f"{lone.by}: every other path goes to the default backend"),
            help=f"write `pathType: Prefix`, or `{lone.wanted.rstrip('/')}/*`",
            fault=f"exact {lone.wanted}",
        )
