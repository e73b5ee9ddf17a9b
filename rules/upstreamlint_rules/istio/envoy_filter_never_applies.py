"""An EnvoyFilter changes a place of the gateway's listeners that is not there.

`portNumber` is compared with the port that the pods of the gateway listen on. Where their Service leads its port 443 to another `targetPort` (8443), that is
the port of the listener. `sni` is compared with the names of a filter chain as they are written: one for `*.example.com` is not found by `www.example.com`.
A change that finds no place is dropped without a word.

Write the port of the pods, or the name of the server as its Gateway has it.

Basis: istio, `pilot/pkg/networking/core/envoyfilter/listener_patch.go`; istio/istio issue 47004.

## Fails

```yaml title="filter.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: ["*.shop.example"]
      tls: {mode: SIMPLE, credentialName: shop}
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: limits, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
    - applyTo: NETWORK_FILTER
      match:
        context: GATEWAY
        listener:
          filterChain:
            sni: www.shop.example  # warning: [envoy-filter-never-applies] "for `*.shop.example`"
            filter: {name: envoy.filters.network.http_connection_manager}
      patch:
        operation: MERGE
        value:
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            max_request_headers_kb: 96
```

## Passes

```yaml title="filter.yaml"
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 443, name: https, protocol: HTTPS}
      hosts: ["*.shop.example"]
      tls: {mode: SIMPLE, credentialName: shop}
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: limits, namespace: istio-system}
spec:
  workloadSelector: {labels: {istio: ingressgateway}}
  configPatches:
    - applyTo: NETWORK_FILTER
      match:
        context: GATEWAY
        listener:
          filterChain:
            sni: "*.shop.example"
            filter: {name: envoy.filters.network.http_connection_manager}
      patch:
        operation: MERGE
        value:
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            max_request_headers_kb: 96
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.filters import FilterPlace

_IDLE = Symptom(log="the change is dropped, and requests go on without it")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each place that a change never finds."""
    for found in graph.broken(FilterPlace):
        near = found.near[0]
        yield Finding(
            message=f"a change of EnvoyFilter `{found.filter.title}` never applies to `{found.wanted}`: {found.why}",
            primary=Label(found.anchor, "no listener has this place"),
            subject=found.filter,
            related=(Label(near.anchor, near.text),),
            symptom=_IDLE,
            help=f"use `{near.instead}`",
            fault=found.wanted,
        )
