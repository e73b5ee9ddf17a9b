"""Flagger takes the pods of a Service, or one of its ports, for a Canary.

Once a Canary is initialised, Flagger scales its target to zero, and serves from a copy whose pods have `-primary` behind the value of their label (`app`, `name` or
`app.kubernetes.io/name`). A Service beside the Canary's own that asks for the old value has no endpoints then: requests get `503`. The Service of the Canary's name
becomes Flagger's, with the port of the Canary alone: its other ports are gone, and with them whatever dials them.

Route to the Service of the Canary. Write `portDiscovery: true`, which adds the ports of the target's containers, or give the other port a Service that selects
the pods of the copy.

Basis: Flagger documentation, How it works and FAQ (multiple ports); `pkg/router/kubernetes_default.go`.

## Fails: a Service beside

```yaml title="app.yaml"
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  service: {port: 80, targetPort: 8080}
  analysis: {interval: 1m, threshold: 5, stepWeight: 10}
---
apiVersion: v1
kind: Service
metadata: {name: web-public}
spec:
  selector: {app: web}  # error: [canary-takes-over] "`web-public`"
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web-public, port: {number: 80}}}
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
        - name: app
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

## Fails: a port

```yaml title="app.yaml"
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  service: {port: 8080}
  analysis: {interval: 1m, threshold: 5, stepWeight: 10}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 8080}
    - {name: admin, port: 9090}  # error: [canary-takes-over] "port 9090"
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: admin}
spec:
  rules:
    - host: admin.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 9090}}}
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
        - name: app
          ports: [{containerPort: 8080}, {containerPort: 9090}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```

## Passes

```yaml title="app.yaml"
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: web}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  service: {port: 8080, portDiscovery: true}
  analysis: {interval: 1m, threshold: 5, stepWeight: 10}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 8080}
    - {name: admin, port: 9090}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: admin}
spec:
  rules:
    - host: admin.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: web, port: {number: 9090}}}
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
        - name: app
          ports: [{containerPort: 8080}, {containerPort: 9090}]
          readinessProbe: {httpGet: {path: /ready, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.met import met
from upstreamlint.answers.table import Failure
from upstreamlint.graph.kubernetes.services.canaries import TakenByCanary


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Service, and each port of one, that something leads to and a Canary takes."""
    for found in graph.broken(TakenByCanary):
        subject = found.port or found.service
        if not graph.reaches(subject):
            continue
        canary, service = found.canary, found.service
        if found.port is None:
            message = (
                f"Service `{service.title}` loses its pods to Canary `{canary.title}`, "
                f"which serves from `{canary.target}-primary`"
            )
            remedy = f"route to Service `{canary.service}`, which is Flagger's"
            label = "the copy's pods have another value of this label"
        else:
            message = f"Service `{service.title}` loses port {found.wanted} to Canary `{canary.title}`, which has another one"
            remedy = "write `portDiscovery: true`, or give the port a Service of its own"
            label = "Flagger takes it out"
        yield Finding(
            message=message,
            primary=Label(found.anchor, label),
            subject=subject,
            related=(
                Label(found.near[0].anchor, "this Canary"),
                Label(found.workload.anchor, "Flagger scales it to zero"),
            ),
            symptom=met(graph, subject, Failure.NO_ENDPOINTS),
            help=remedy,
            fault=found.wanted,
        )
