"""The path of a load balancer's health check does not begin with a slash, and its cloud refuses it.

kubelet takes `path: healthz` in a probe. Clouds do not: an Application Gateway gets no change at all from its controller any more
(`ApplicationGatewayProbePathIsInvalid`), also not for other Ingresses; AWS refuses the target group, Google the health check. Clients get the answers of before, or
`502`.

Begin the path with a slash.

Basis: Azure/application-gateway-kubernetes-ingress, pkg/appgw/health_probes.go; Elastic Load Balancing API, `HealthCheckPath`; Compute Engine API,
`healthChecks`.

## Fails

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {kubernetes.io/ingress.class: azure/application-gateway}
spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          ports: [{containerPort: 8080}]
          readinessProbe:
            httpGet: {path: healthz, port: 8080}  # error: [health-check-path-refused] "`healthz`"
```

## Passes

```yaml title="app.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations: {kubernetes.io/ingress.class: gce}
spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1
          ports: [{containerPort: 8080}]
          readinessProbe:
            httpGet: {path: healthz, port: 8080}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.managed.checks.paths import CheckPath


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each path of a health check that a cloud refuses."""
    for found in graph.broken(CheckPath):
        yield Finding(
            message=f"{found.by} cannot ask for health at `{found.wanted}`, which does not begin with a slash",
            primary=Label(found.anchor, "refused"),
            subject=found.front.owner,
            related=(Label(found.front.name.anchor, f"{found.by} stands before this Service"),),
            symptom=Symptom(log=found.effect),
            help=f"write `/{found.wanted}`",
            fault=found.wanted,
        )
