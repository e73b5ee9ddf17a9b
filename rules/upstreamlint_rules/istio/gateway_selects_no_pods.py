"""A Gateway whose selector matches no gateway pod.

A Gateway configures the proxies that carry every label of its selector, in any namespace. When none does, no
proxy opens its ports, and connections are refused.

The rule speaks when the files hold a gateway whose labels are nearly the wanted ones (`istio: ingress`, as
the Helm chart sets it, for `istio: ingressgateway`), or when the files are known to be complete.

Select the labels of the gateway's pod template.

Basis: istio, `gateway.go` (`MergeGateways`); Istio documentation, "Gateway".

## Fails

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  selector:
    istio: ingressgateway  # error: [gateway-selects-no-pods] "selects no pods"
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
```

## Passes

```yaml title="mesh.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
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
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.references.gateways import GatewaySelector

_REFUSED = Symptom(log="connections are refused: no proxy opens the port")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Gateway without pods."""
    for selector in graph.broken(GatewaySelector):
        yield Finding(
            message=f"Gateway `{selector.gateway.title}` selects no pods",
            primary=Label(selector.anchor, "no gateway pod has this label"),
            subject=selector.gateway,
            hit=selector.hits,
            related=tuple(Label(near.anchor, near.text) for near in selector.near),
            symptom=_REFUSED,
            fix=selector.fix,
            help=f"select `{selector.near[0].instead}`"
            if selector.near
            else "select the labels of the gateway's pods",
        )
