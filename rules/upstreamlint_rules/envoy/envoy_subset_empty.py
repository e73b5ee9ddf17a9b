"""A route asks for a subset of a cluster that no endpoint is in.

With `lb_subset_config` the route's `metadata_match` has to have exactly the keys of one `subset_selectors` entry, and
an endpoint the same values under `envoy.lb`; `"1"` and `1` differ. Otherwise `fallback_policy` decides, and its default
is `NO_FALLBACK`: `503 no healthy upstream`. Criteria that match endpoints which are all out do not fall back at all.

Give an endpoint the metadata, add the selector, or write `fallback_policy: ANY_ENDPOINT`.

Basis: measured on Envoy 1.40.0, cases I01 to I15 and N03.

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
                            cluster: api  # error: [envoy-subset-empty] "`api`"
                            metadata_match: {filter_metadata: {envoy.lb: {version: v2}}}
  clusters:
    - name: api
      type: STATIC
      lb_subset_config:
        subset_selectors:
          - keys: [version]
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
                metadata: {filter_metadata: {envoy.lb: {version: v1}}}
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
                            cluster: api
                            metadata_match: {filter_metadata: {envoy.lb: {version: v1}}}
  clusters:
    - name: api
      type: STATIC
      lb_subset_config:
        subset_selectors:
          - keys: [version]
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
                metadata: {filter_metadata: {envoy.lb: {version: v1}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.references import ClusterReference, Death
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each use of a cluster whose criteria leave no endpoint."""
    for reference in graph.references(ClusterReference):
        cluster, criteria = reference.cluster, reference.use.criteria
        if cluster is None or cluster.subsets is None or reference.death is not Death.NO_SUBSET:
            continue
        if not reference.use.share:
            continue
        wanted = ", ".join(f"{key}={value}" for key, value in criteria.items())
        yield Finding(
            message=f"no endpoint of cluster `{cluster.name}` is in the subset `{wanted}`"
            if wanted
            else f"the route asks for no subset of cluster `{cluster.name}`, which has no fallback",
            primary=Label(reference.anchor, "finds no endpoint"),
            subject=reference.route,
            related=(Label(cluster.subsets.anchor, f"falls back by {cluster.subsets.fallback}"),),
            symptom=NO_HEALTHY_UPSTREAM,
            help="give an endpoint this metadata, add a selector with exactly these keys, or set a `fallback_policy`",
            fault=f"{cluster.name} {wanted}",
        )
