"""Outlier detection may eject every endpoint of a cluster, and health is heeded.

Envoy ejects at most the part of the endpoints that `max_ejection_percent` gives, rounded down, or the only endpoint
with `always_eject_one_host`. With a panic threshold of 0 ejected endpoints are not used even when none is left: a few
failed answers of each turn into `503 no healthy upstream` for all, for 30 seconds and more.

Lower `max_ejection_percent`, or leave `healthy_panic_threshold` at its 50 percent.

Basis: measured on Envoy 1.40.0, cases H04, H05, H08, H10, H15 and N10.

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
      common_lb_config: {healthy_panic_threshold: {value: 0}}
      outlier_detection: {consecutive_5xx: 3, max_ejection_percent: 100}  # warning: [envoy-ejection-empties-cluster] "`api`"
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
              - endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 8080}}}
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
      outlier_detection: {consecutive_5xx: 3, max_ejection_percent: 100}
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
              - endpoint: {address: {socket_address: {address: 10.0.0.2, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.model import EnvoyCluster
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster that a bad minute empties."""
    for cluster in graph.nodes(EnvoyCluster):
        if cluster.ejection_anchor is None or cluster.panic != 0 or not graph.reaches(cluster):
            continue
        yield Finding(
            message=f"outlier detection may eject every endpoint of cluster `{cluster.name}`",
            primary=Label(cluster.ejection_anchor, "leaves none over when all have failed"),
            subject=cluster,
            related=(Label(cluster.panic_anchor, "forbids to use them all the same"),)
            if cluster.panic_anchor is not None
            else (),
            symptom=NO_HEALTHY_UPSTREAM,
            help="lower `max_ejection_percent`, or the panic threshold stays at its default of 50 percent",
        )
