"""A cloud load balancer cannot reach or check a backend.

The controllers of the clouds program a load balancer outside the cluster, with needs of its own. An AWS ALB with targets
of type `instance`, the default, reaches node ports only: a ClusterIP Service gives it no target (`503`). GKE takes the
health check from an HTTP readiness probe on the *serving* port; when the probe is on another port or is no HTTP probe, it
asks `GET /`, and every backend that answers anything but `200` is taken out (`502`).

Use target type `ip` or a NodePort Service; probe the serving port, or name the health check in a BackendConfig.

Basis: AWS Load Balancer Controller, "target-type"; GKE documentation, "Default and inferred parameters".

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
                name: web  # warning: [load-balancer-health-check-mismatch] "node ports"
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
from upstreamlint.graph.load_balancers import LoadBalancerCheck
from upstreamlint.symptoms import INGRESS_UNAVAILABLE


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that the load balancer takes out."""
    for reference in graph.broken(LoadBalancerCheck):
        yield Finding(
            message=reference.why,
            primary=Label(reference.anchor, f"a backend of Ingress `{reference.ingress.title}`"),
            subject=reference.service,
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=INGRESS_UNAVAILABLE._replace(log="no healthy target"),
            help=reference.remedy,
            fault=reference.why,
        )
