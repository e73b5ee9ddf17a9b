"""Every endpoint of a cluster is marked as out, and health is heeded.

`health_status` `UNHEALTHY`, `DRAINING` or `TIMEOUT` takes an endpoint out; `DEGRADED` does not. While fewer than half
of the endpoints are usable Envoy panics and picks any of them all the same, so that requests still work. With
`healthy_panic_threshold` 0, or `fail_traffic_on_panic`, it does not: every request gets `503 no healthy upstream`.

Take the mark away from an endpoint that can answer.

Basis: measured on Envoy 1.40.0, cases F02 to F04, G03, G15 and G16.

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
    - name: api  # error: [envoy-all-endpoints-unhealthy] "`api`"
      type: STATIC
      common_lb_config: {healthy_panic_threshold: {value: 0}}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
                health_status: UNHEALTHY
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
      common_lb_config: {healthy_panic_threshold: {value: 0}}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
                health_status: UNHEALTHY
              - endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.references import ClusterReference, Death
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster whose endpoints are all out and that takes all requests of a route."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or reference.death is not Death.OUT or not reference.whole:
            continue
        marks = [e.health for e in cluster.endpoints if e.health is not None]
        related = [Label(mark.anchor, "taken out here") for mark in marks[:3]]
        if cluster.panic_anchor is not None:
            related.append(Label(cluster.panic_anchor, "forbids to use them all the same"))
        yield Finding(
            message=f"every endpoint of cluster `{cluster.name}` is marked as out",
            primary=Label(cluster.anchor, "no endpoint takes requests"),
            subject=cluster,
            related=tuple(related),
            symptom=NO_HEALTHY_UPSTREAM,
            help="remove `health_status` from an endpoint that can answer",
        )
