"""A circuit breaker admits no request at all.

With `max_requests: 0` or `max_pending_requests: 0` every request is over the limit: `503`, `upstream connect error or
disconnect/reset before headers. reset reason: overflow`, flag `UO`. 0 does not mean unlimited. `max_connections: 0`
does no harm, since Envoy always opens one connection.

Write the limit that is meant, or leave it out: the default is 1024.

Basis: measured on Envoy 1.40.0, cases K01 to K03.

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
      type: STATIC
      circuit_breakers: {thresholds: [{max_requests: 0}]}  # error: [envoy-circuit-breaker-closed] "`api`"
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
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
      type: STATIC
      circuit_breakers: {thresholds: [{max_requests: 100}]}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.envoy.model import EnvoyCluster

_OVERFLOW = Symptom(
    503, "upstream connect error or disconnect/reset before headers. reset reason: overflow", "UO"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster whose circuit breaker is open for good."""
    for cluster in graph.nodes(EnvoyCluster):
        if cluster.breaker_anchor is None or not graph.reaches(cluster):
            continue
        yield Finding(
            message=f"the circuit breaker of cluster `{cluster.name}` admits no request",
            primary=Label(cluster.breaker_anchor, "0 is a limit, not the absence of one"),
            subject=cluster,
            symptom=_OVERFLOW,
            help="write the limit that is meant, or remove it",
        )
