"""A part of a route's requests goes to a cluster that cannot answer.

Envoy picks a cluster by weight for each request, whether or not it has a usable endpoint, and a retry stays with the
pick. The share of a cluster that is empty, or whose endpoints are all out, is answered with `503 no healthy upstream`.

Give the cluster endpoints, or the weight 0.

Basis: measured on Envoy 1.40.0, cases J01 to J04.

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
                          route:
                            weighted_clusters:
                              clusters:
                                - {name: api, weight: 90}
                                - {name: canary, weight: 10}  # warning: [envoy-weighted-share-dead] "10 %"
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
    - name: canary
      type: STRICT_DNS
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
                          route:
                            weighted_clusters:
                              clusters:
                                - {name: api, weight: 90}
                                - {name: canary, weight: 0}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
    - name: canary
      type: STRICT_DNS
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.references import ClusterReference, Death
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each share of a route that a dead cluster takes."""
    for reference in graph.references(ClusterReference):
        cluster, share = reference.cluster, reference.use.share
        if cluster is None or reference.death in (None, Death.NO_SUBSET) or not 0 < share < 1:
            continue
        yield Finding(
            message=f"{_percent(share)} of the requests go to cluster `{cluster.name}`, which cannot answer",
            primary=Label(reference.anchor, "takes its share all the same"),
            subject=cluster,
            related=(Label(cluster.anchor, f"{reference.death}"),),
            symptom=NO_HEALTHY_UPSTREAM,
            help=f"give `{cluster.name}` an endpoint that can answer, or the weight 0",
            fault=reference.route.id,
        )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
