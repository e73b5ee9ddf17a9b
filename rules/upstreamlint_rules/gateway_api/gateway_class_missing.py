"""A Gateway names a GatewayClass that is not among those of the files.

A Gateway that no controller claims is never programmed: nothing listens. Controllers bring their own classes, so the
rule speaks only when the files hold GatewayClasses, one of which has a similar name, or when the files are known to
be complete.

Name one of the classes.

Basis: Gateway API, `Gateway.spec.gatewayClassName`.

## Fails

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: external-edg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: external-edge  # warning: [gateway-class-missing] "external-edge"
  listeners:
    - {name: http, protocol: HTTP, port: 80}
```

## Passes

```yaml title="shop.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec: {controllerName: gateway.envoyproxy.io/gatewayclass-controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  gatewayClassName: eg
  listeners:
    - {name: http, protocol: HTTP, port: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import ClassOfGateway

_UNSERVED = Symptom(log="connections are refused: no controller serves the Gateway")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Gateway of an unknown class."""
    for reference in graph.broken(ClassOfGateway):
        near = reference.near[0].instead if reference.near else ""
        yield Finding(
            message=f"no GatewayClass `{reference.wanted}`, which Gateway `{reference.gateway.meta.title}` needs",
            primary=Label(reference.anchor, "not among the classes of these files"),
            subject=reference.gateway,
            hit=reference.hits,
            related=tuple(Label(near.anchor, near.text) for near in reference.near),
            symptom=_UNSERVED,
            fix=reference.fix,
            help=f"use `{near}`" if near else "name one of the classes, or add the class",
            fault=reference.wanted,
        )
