"""A cluster that requests are sent to has no endpoints.

Envoy accepts a cluster without `load_assignment`, or with an empty one, and answers every request with `503`, the text
`no healthy upstream` and the flag `UH`; retries do not help. gRPC clients get status 14. A cluster without `type` is
`STATIC`.

List the endpoints under `load_assignment`, and mind the nesting: `endpoints` → `lb_endpoints` → `endpoint`.

Basis: measured on Envoy 1.40.0, cases A13, B01 to B06, B09 and N02.

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
    - name: api  # error: [envoy-cluster-empty] "`api`"
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
                          route: {cluster: api}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, patterns, rule
from upstreamlint.programs.envoy.references import ClusterReference, Death
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM

_MEANT = patterns.compile(r"(?i)black.?hole|sink|null|deny|drop|reject")
"""Names of clusters that are empty on purpose."""


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster without endpoints that takes all requests of a route."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or reference.death is not Death.EMPTY or not reference.whole:
            continue
        if _MEANT.search(cluster.name.value):
            continue
        yield Finding(
            message=f"cluster `{cluster.name}` has no endpoints",
            primary=Label(cluster.anchor, "no `lb_endpoints` that Envoy could pick from"),
            subject=cluster,
            related=(Label(reference.anchor, "requests are sent to it"),),
            symptom=NO_HEALTHY_UPSTREAM,
            help="list its endpoints under `load_assignment.endpoints[].lb_endpoints`",
            assumption=f"`{cluster.eds_path}` is {given.anchor.source.path}"
            if (given := cluster.assignment) is not None and given.guessed
            else "",
        )
