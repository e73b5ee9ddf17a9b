"""A Gateway opens a port that no Service of its pods leads to.

The proxy listens, but clients come in through the Service in front of it. When the number is neither a port of
that Service nor the pod's port behind one, nobody reaches the listener: the connection is refused or times out.

Add the port to the gateway's Service, or use one that it has.

Basis: istio, `gateway.go` (`targetPort` of the gateway's Service); Istio documentation, message IST0162.

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 8443  # warning: [gateway-port-not-on-service] "port 8443"
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  ports:
    - name: http
      port: 80
      targetPort: 8080
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts:
        - "*"
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    matchLabels:
      istio: ingress
  template:
    metadata:
      labels:
        istio: ingress
    spec:
      containers:
        - name: istio-proxy
          image: auto
          ports:
            - containerPort: 8080
          readinessProbe:
            tcpSocket:
              port: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: istio-ingress
  namespace: istio-ingress
spec:
  selector:
    istio: ingress
  ports:
    - name: http
      port: 80
      targetPort: 8080
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.gateways import GatewayPort

_REFUSED = Symptom(log="connections are refused or time out before they reach the proxy")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each server port without a way in."""
    for port in graph.broken(GatewayPort):
        names = ", ".join(f"`{service.title}`" for service in port.services)
        yield Finding(
            message=f"Gateway `{port.gateway.title}` opens port {port.wanted}, which Service {names} does not have",
            primary=Label(port.anchor, "not reachable through the Service"),
            subject=port.gateway,
            hit=port.hits,
            related=tuple(Label(near.anchor, near.text) for near in port.near),
            symptom=_REFUSED,
            fix=port.fix,
            help=f"add port {port.wanted} to the Service, or use a port that it has",
            fault=port.wanted,
        )
