"""A load balancer's health check lasts longer than its cloud allows.

Clouds refuse a health check that may still wait for an answer when the next question is due. AWS takes an ALB's interval
only above the timeout, which is 5 seconds where it is not written: `healthcheck-interval-seconds: "5"` alone is refused.
Google takes no timeout above the interval, and takes both from the readiness probe of the pods (`timeoutSeconds`,
`periodSeconds`), although the kubelet does not mind. The controller then reports an error and changes nothing: the load
balancer is not made, or keeps its old configuration, for all hosts and paths of the Ingress.

Make the timeout shorter than the interval.

Basis: AWS API, `CreateTargetGroup`; ingress-gce, `pkg/translator/healthchecks.go`; kubernetes-sigs/aws-load-balancer-controller
issue 1754, hashicorp/vault-helm issue 190.

## Fails

```yaml title="ingress.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/healthcheck-interval-seconds: "5"  # error: [health-check-times-refused] "5 s"
spec:
  ingressClassName: alb
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
```

## Passes

```yaml title="ingress.yaml"
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    alb.ingress.kubernetes.io/target-type: ip
    alb.ingress.kubernetes.io/healthcheck-interval-seconds: "5"
    alb.ingress.kubernetes.io/healthcheck-timeout-seconds: "2"
spec:
  ingressClassName: alb
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 80}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.managed.checks.times import CheckTimes

_STAYS = Symptom(log="the controller reports an error, and the load balancer stays as it was, or is not made")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each health check whose times are refused."""
    for found in graph.broken(CheckTimes):
        allowed = "must be longer than that" if found.strict else "must not be shorter"
        yield Finding(
            message=f"the health check of {found.by} waits {found.timeout.number} s for an answer and is asked every "
            f"{found.interval.number} s, which {allowed}",
            primary=Label(found.anchor, "refused"),
            subject=found.owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_STAYS,
            help="make the timeout shorter than the interval",
            fault=found.by,
        )
