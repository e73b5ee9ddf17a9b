"""Envoy speaks plain HTTP to port 443.

A cluster without `transport_socket` sends plain text, whatever the port. A server that expects TLS closes the
connection, and requests get `503`, `upstream connect error or disconnect/reset before headers`, flag `UC`; some servers
answer `400` instead.

Add a `transport_socket` with `envoy.transport_sockets.tls`, and `sni` where the server needs it. A `tcp_proxy` that
passes TLS through is not meant.

Basis: measured on Envoy 1.40.0, cases E07, E08 and E17.

## Fails

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          route: {cluster: api}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 443}}}  # warning: [envoy-plaintext-to-tls-port] "`api`"
```

## Passes

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: web
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: web
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {prefix: /}
                          route: {cluster: api}
  clusters:
    - name: api
      type: STRICT_DNS
      transport_socket: {name: envoy.transport_sockets.tls}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 443}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.model import UseKind
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.symptoms import CONNECTION_TERMINATED

_HTTPS = 443
_HTTP_USES = frozenset({UseKind.ROUTE, UseKind.WEIGHTED})


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster of an HTTP route that dials 443 without TLS."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or cluster.tls or reference.use.kind not in _HTTP_USES or not reference.use.share:
            continue
        if not cluster.endpoints or any(endpoint.port != _HTTPS for endpoint in cluster.endpoints):
            continue
        yield Finding(
            message=f"cluster `{cluster.name}` speaks plain HTTP to port {_HTTPS}",
            primary=Label(cluster.endpoints[0].port_anchor, "servers expect TLS on this port"),
            subject=cluster,
            related=(Label(cluster.anchor, "has no `transport_socket`"),),
            symptom=CONNECTION_TERMINATED,
            help="add a `transport_socket` with `envoy.transport_sockets.tls`",
        )
