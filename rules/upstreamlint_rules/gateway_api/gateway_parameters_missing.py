"""A Gateway, or its class, names parameters that are not there.

`parametersRef` names an object that says how the proxies of a Gateway are to run: EnvoyProxy, GatewayParameters, NginxProxy, a ConfigMap. The one of
a Gateway is of its own namespace; a class names the namespace. Where it is not found, the Gateway is not accepted (`InvalidParameters`), gets no proxies, and
nothing listens for its routes.

Correct the name, or put the object into the namespace that is looked in.

Basis: Gateway API, `GatewayClassSpec.parametersRef`, `GatewayInfrastructure.parametersRef`; Envoy Gateway, `internal/provider/kubernetes/controller.go`.

## Fails

```yaml title="gateway.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  gatewayClassName: eg
  infrastructure:
    parametersRef:
      group: gateway.envoyproxy.io
      kind: EnvoyProxy
      name: custom-proxy  # error: [gateway-parameters-missing] "EnvoyProxy `custom-proxy`"
  listeners:
    - name: http
      port: 80
      protocol: HTTP
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata:
  name: custom-proxy
  namespace: envoy-gateway-system
```

## Passes

```yaml title="gateway.yaml"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: shop
spec:
  gatewayClassName: eg
  infrastructure:
    parametersRef:
      group: gateway.envoyproxy.io
      kind: EnvoyProxy
      name: custom-proxy
  listeners:
    - name: http
      port: 80
      protocol: HTTP
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata:
  name: custom-proxy
  namespace: shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.gateway_api.references import Parameters

_UNACCEPTED = Symptom(
    log="the Gateway is not accepted (InvalidParameters): nothing listens, connections are refused"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each Gateway or class whose parameters are missing."""
    for found in graph.broken(Parameters):
        ref, near = found.ref, found.near[0].instead if found.near else ""
        where = f" in namespace `{ref.namespace}`" if ref.namespace else ""
        yield Finding(
            message=f"{found.holder.meta.kind} `{found.holder.title}` names {ref.kind} `{ref.name}`, which is not{where}",
            primary=Label(found.anchor, "nothing there has this name"),
            subject=found.holder,
            hit=found.hits,
            related=tuple(Label(other.anchor, other.text) for other in found.near),
            symptom=_UNACCEPTED,
            fix=found.fix,
            help=f"use `{near}`"
            if near
            else f"put it into namespace `{ref.namespace}`"
            if found.near
            else "add it",
            fault=found.wanted,
        )
