"""An AWS load balancer should reach node ports, and the Service has none.

The targets of an ALB are nodes unless it is told otherwise (target type `instance`): requests come to the Service's node
port. A ClusterIP Service has none, so the controller cannot build the target group (`your service must be of type
'NodePort' or 'LoadBalancer'`), and deploys nothing of the whole Ingress group.

Use target type `ip`, or a NodePort Service. The controller's flag `--default-target-type` and IngressClassParams may say `ip` for all.

Basis: AWS Load Balancer Controller, "target-type"; pkg/ingress/model_build_target_group.go.

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
                name: web  # warning: [load-balancer-without-targets] "node ports"
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
from upstreamlint.finding import Symptom
from upstreamlint.graph.kubernetes.services.load_balancers import NoNodePort
from upstreamlint.programs.managed.checks.amazon import TARGET_TYPE

_FAILS = Symptom(log="the Ingress reports `FailedBuildModel`, and the ALB stays as it was, or is not there")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backend that an ALB cannot reach."""
    for found in graph.broken(NoNodePort):
        yield Finding(
            message=f"the ALB sends to node ports (target type `instance`), but Service `{found.service.title}` has none",
            primary=Label(found.anchor, f"a backend of Ingress `{found.ingress.title}`"),
            subject=found.service,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_FAILS,
            help=f"set the annotation `{TARGET_TYPE}: ip`, or make the Service a NodePort",
            assumption="the controller runs without `--default-target-type=ip`",
            fault=found.wanted,
        )
