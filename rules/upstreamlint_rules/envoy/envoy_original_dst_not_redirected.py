"""A cluster sends to the original destination, and no listener learns it.

An `ORIGINAL_DST` cluster has no endpoints of its own. It takes the address that a redirected connection was meant for,
which a listener knows through the filter `original_dst`, `use_original_dst` or the proxy protocol; or it takes a header
(`use_http_header`). Without any of them every request gets `503 no healthy upstream`.

Add the listener filter `envoy.filters.listener.original_dst` and redirect connections to the listener.

Basis: measured on Envoy 1.40.0, cases B12 and B13.

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
    - name: api  # warning: [envoy-original-dst-not-redirected] "`api`"
      type: ORIGINAL_DST
      lb_policy: CLUSTER_PROVIDED
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
      type: ORIGINAL_DST
      lb_policy: CLUSTER_PROVIDED
      original_dst_lb_config: {use_http_header: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.model import Discovery
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each such cluster in a bootstrap where nothing tells a destination."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or cluster.discovery is not Discovery.ORIGINAL_DST or cluster.redirected:
            continue
        if not reference.use.share or any(
            listener.original_dst for listener in reference.bootstrap.listeners
        ):
            continue
        yield Finding(
            message=f"nothing tells cluster `{cluster.name}` the original destination",
            primary=Label(cluster.anchor, "takes the address that a connection was redirected from"),
            subject=cluster,
            related=(Label(reference.anchor, "requests are sent to it"),),
            symptom=NO_HEALTHY_UPSTREAM,
            help="add the listener filter `envoy.filters.listener.original_dst`",
        )
