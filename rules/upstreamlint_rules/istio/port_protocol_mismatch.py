"""A port is taken for a protocol that it does not speak.

A route of HTTP to a port that is named `https` or `tls` sends plain text to a server that takes TLS alone,
unless a DestinationRule opens TLS: it answers `400`, or closes the connection (`503`, flag `UC`). For a port that is
named `tcp`, `mysql` and the like, sidecars build no HTTP route at all, so the rules of the VirtualService are ignored.

The sidecar learns the protocol of a pod's port from the name (or `appProtocol`) of the Service port in front of it. When two of
them disagree, its inbound listener is of one kind only, and requests of the other are answered `502` or reset.

Name ports after the protocol that they speak, open TLS where the server wants it (`tls.mode: SIMPLE`), and lead
ports of different protocols to different ports of the pod.

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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.destinations import RouteProtocol, SharedTargetPort
from upstreamlint.symptoms import BAD_GATEWAY, CONNECTION_TERMINATED

_IGNORED = Symptom(log="the HTTP routes are ignored")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pod port with two protocols, and each route of HTTP to a port of another one."""
    yield from _routes(graph)
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


def _routes(graph: Graph) -> Iterator[Finding]:
    for route in graph.broken(RouteProtocol):
        tls = route.is_tls
        yield Finding(
            message=f"HTTP is routed to a port of `{route.host}` that is named `{route.protocol}`",
            primary=Label(
                route.anchor, "plain text is sent to it" if tls else "sidecars build no HTTP route for it"
            ),
            subject=route.target,
            symptom=CONNECTION_TERMINATED._replace(log="or 400, when the server says so")
            if tls
            else _IGNORED,
            help="open TLS with a DestinationRule (`tls.mode: SIMPLE`), or route to the plain text port"
            if tls
            else "name the port after the protocol that it speaks",
            fault=f"{route.host} {route.protocol}",
        )
