"""Two ports of a Service give one port of the pod different protocols.

The sidecar learns the protocol of a pod's port from the name (or `appProtocol`) of the Service port in front of it. When two of
them disagree, its inbound listener is of one kind only, and requests of the other are answered `502` or reset.

Keep one of the two ports, or lead them to different ports of the pod.

Basis: Istio documentation, "Protocol Selection"; istio, `serviceregistry/kube`.

## Fails

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
---
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
      targetPort: 9080
    - name: grpc
      port: 9081
      targetPort: 9080  # warning: [port-protocol-mismatch] "port 9080"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
```

## Passes

```yaml title="mesh.yaml"
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio-injection: enabled
---
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v1
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v1
  template:
    metadata:
      labels:
        app: reviews
        version: v1
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.istio.references import SharedTargetPort
from upstreamlint.symptoms import BAD_GATEWAY


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pod port with two protocols."""
    for port in graph.broken(SharedTargetPort):
        one, other = port.protocols
        yield Finding(
            message=f"port {port.wanted} of the pods of `{port.workload.title}` is {one} and {other} at once",
            primary=Label(port.anchor, f"{one} by the port's name"),
            subject=port.service,
            related=(Label(port.other, f"{other} by the port's name"),),
            symptom=BAD_GATEWAY._replace(log="the sidecar's listener takes one of the two protocols"),
            help="keep one of the ports, or lead them to different ports of the pod",
            fault=port.wanted,
        )
