"""An Ingress controller takes a port for a stream, and no Service of its pods leads there.

The ConfigMap that `--tcp-services-configmap` names (ingress-nginx, HAProxy Ingress; `--configmap-tcp-services` of HAProxy's) has the proxy listen on a port. Clients come through the
Service of its pods, which has to have that port as well: else the load balancer, or the node, refuses the connection.

Add the port to the Service of the controller.

Basis: ingress-nginx docs, "Exposing TCP and UDP services"; documentation of the HAProxy controllers.

## Fails

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: streams, namespace: ingress-nginx}
data:
  "5432": data/postgres:5432  # warning: [stream-port-not-exposed] "5432"
---
apiVersion: v1
kind: Service
metadata: {name: controller, namespace: ingress-nginx}
spec:
  type: LoadBalancer
  selector: {app: controller}
  ports: [{name: https, port: 443, targetPort: https}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.11.3
          args: [/nginx-ingress-controller, --tcp-services-configmap=ingress-nginx/streams]
          ports: [{name: https, containerPort: 443}]
```

## Passes

```yaml title="app.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: streams, namespace: ingress-nginx}
data:
  "5432": data/postgres:5432
---
apiVersion: v1
kind: Service
metadata: {name: controller, namespace: ingress-nginx}
spec:
  type: LoadBalancer
  selector: {app: controller}
  ports: [{name: https, port: 443, targetPort: https}, {name: postgres, port: 5432}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: ingress-nginx}
spec:
  replicas: 2
  selector: {matchLabels: {app: controller}}
  template:
    metadata: {labels: {app: controller}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.11.3
          args: [/nginx-ingress-controller, --tcp-services-configmap=ingress-nginx/streams]
          ports: [{name: https, containerPort: 443}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Affected, Symptom
from upstreamlint.graph.kubernetes.controllers.stream_ports import StreamPort

_REFUSED = Symptom(log="connections from outside are refused")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that nobody comes to."""
    for found in graph.broken(StreamPort):
        yield Finding(
            message=f"{found.by} takes port {found.wanted} for `{found.to}`, and no Service of its pods has that port",
            primary=Label(found.anchor, "the proxy listens on this port"),
            subject=found.owner,
            related=tuple(Label(near.anchor, near.text) for near in found.near),
            symptom=_REFUSED,
            help=f"add port {found.wanted} to Service `{found.services[0].title}`",
            assumption=found.assumption,
            fault=found.wanted,
            hit=(Affected(f"port {found.wanted}", found.to, 1.0, found.anchor),),
        )
