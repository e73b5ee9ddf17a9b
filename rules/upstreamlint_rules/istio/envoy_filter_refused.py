"""Envoy refuses what an EnvoyFilter brings to it.

istiod passes on what it can make messages of. Envoy then refuses an extension that is none for its place (a `DownstreamTlsContext` in a cluster, a network filter
among the HTTP filters), and a cluster, filter or virtual host without a name. With it goes all that is sent at once: proxies that run keep the clusters or listeners that they
had, endpoints and routes of later ones are missing (`NC`), and new proxies are never ready.

A cluster has no order: `INSERT_FIRST`, `INSERT_BEFORE` and `INSERT_AFTER` add one, as `ADD` does. `MERGE` changes those that a match finds.

Write the type for the place, and a name for what is new.

Basis: measured on Envoy 1.40.0; istio, `pilot/pkg/model/envoyfilter.go`; istio/istio issue 37107.

## Fails

```yaml title="filter.yaml"
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: tls, namespace: shop}
spec:
  configPatches:
    - applyTo: CLUSTER
      match: {context: SIDECAR_OUTBOUND, cluster: {service: orders.partner.example}}
      patch:
        operation: MERGE
        value:
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext  # error: [envoy-filter-refused] "DownstreamTlsContext"
```

## Passes

```yaml title="filter.yaml"
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: tls, namespace: shop}
spec:
  configPatches:
    - applyTo: CLUSTER
      match: {context: SIDECAR_OUTBOUND, cluster: {service: orders.partner.example}}
      patch:
        operation: MERGE
        value:
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.istio.brought import RefusedChange

_REFUSED = Symptom(log="Envoy: `gRPC config … rejected`; new proxies are never ready")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each change that Envoy refuses."""
    for found in graph.broken(RefusedChange):
        yield Finding(
            message=f"EnvoyFilter `{found.filter.title}` brings what Envoy refuses: {found.text}",
            primary=Label(found.anchor, "refused with all that comes with it"),
            subject=found.filter,
            symptom=_REFUSED,
            help=found.help,
            fault=f"{found.anchor.start}",
        )
