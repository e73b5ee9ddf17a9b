"""An annotation tells the proxy beside an application a port that the application does not serve.

Dapr (`dapr.io/app-port`) and Consul (`consul.hashicorp.com/connect-service-port`) put a proxy into the pod, which takes what comes from others and
hands it to the application at loopback, on the port of the annotation. It is the port of the container, not that of a Service. Where nothing listens there,
daprd waits for the application and never gets ready, and Consul's proxy answers 503. The same goes for the port of a Canary (`service.targetPort`, or `service.port` where
that is missing), to which the Services that Flagger makes lead.

Name the port that the container serves.

Basis: docs.dapr.io, arguments and annotations; hashicorp/consul-k8s, annotations and labels; docs.flagger.app, how it works; istio/istio issue 16074.

## Fails

```yaml title="orders.yaml"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  replicas: 2
  selector:
    matchLabels:
      app: orders
  template:
    metadata:
      labels:
        app: orders
      annotations:
        dapr.io/enabled: "true"
        dapr.io/app-id: orders
        dapr.io/app-port: "80"  # error: [sidecar-port-not-served] "the Service's port"
    spec:
      containers:
        - name: app
          image: registry.example/orders:1
          ports:
            - containerPort: 3000
---
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  selector:
    app: orders
  ports:
    - port: 80
      targetPort: 3000
```

## Passes

```yaml title="orders.yaml"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  replicas: 2
  selector:
    matchLabels:
      app: orders
  template:
    metadata:
      labels:
        app: orders
      annotations:
        dapr.io/enabled: "true"
        dapr.io/app-id: orders
        dapr.io/app-port: "3000"
    spec:
      containers:
        - name: app
          image: registry.example/orders:1
          ports:
            - containerPort: 3000
---
apiVersion: v1
kind: Service
metadata:
  name: orders
spec:
  selector:
    app: orders
  ports:
    - port: 80
      targetPort: 3000
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.kubernetes.pods.sidecar_ports import SidecarPort

_SYMPTOMS = {
    "Dapr": Symptom(
        log="daprd logs `waiting for application to listen on port …`, and the pods never get ready"
    ),
    "Flagger": Symptom(
        503, "upstream connect error or disconnect/reset before headers", log="connection refused"
    ),
    "Consul": Symptom(
        503, "upstream connect error or disconnect/reset before headers", log="connection refused"
    ),
}

_DIALLED = {
    "Dapr": "dialled by the proxy in the pod",
    "Consul": "dialled by the proxy in the pod",
    "Flagger": "the Services that Flagger makes lead there",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port of an annotation that nothing serves."""
    for found in graph.broken(SidecarPort):
        near = found.near[0].instead if found.near else ""
        yield Finding(
            message=f"{found.by} hands requests to port {found.wanted} of `{found.workload.title}`: {found.why}",
            primary=Label(found.anchor, _DIALLED[found.by]),
            subject=found.workload,
            related=tuple(Label(other.anchor, other.text) for other in found.near),
            symptom=_SYMPTOMS[found.by],
            fix=found.fix,
            help=f"write `{near}`" if near else "name a port that a container declares",
            assumption=found.assumption,
            fault=f"{found.by}:{found.wanted}",
        )
