"""No member of an aggregate cluster can answer.

An aggregate cluster goes through its members in order and takes the first that has a usable endpoint. Members that are
empty, all out or not defined are passed over silently; when none is left every request gets `503 no healthy upstream`.

Define the members, and give one of them endpoints.

Basis: measured on Envoy 1.40.0, cases A21 and J05.

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
    - name: api  # error: [envoy-aggregate-dead] "`api`"
      lb_policy: CLUSTER_PROVIDED
      cluster_type:
        name: envoy.clusters.aggregate
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig
          clusters: [first, second]
    - name: first
      type: STATIC
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
      lb_policy: CLUSTER_PROVIDED
      cluster_type:
        name: envoy.clusters.aggregate
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig
          clusters: [first, second]
    - name: first
      type: STATIC
    - name: second
      type: STRICT_DNS
      load_assignment:
        cluster_name: second
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.references import ClusterReference, Death, MemberReference
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each aggregate without a member that can answer, where it takes all requests of a route."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or reference.death is not Death.MEMBERS or not reference.whole:
            continue
        members = [m for m in graph.references(MemberReference) if m.aggregate is cluster]
        yield Finding(
            message=f"no member of aggregate cluster `{cluster.name}` can answer",
            primary=Label(cluster.anchor, "every member is passed over"),
            subject=cluster,
            related=tuple(
                Label(m.anchor, "not defined" if m.cluster is None else "has no usable endpoint")
                for m in members
            ),
            symptom=NO_HEALTHY_UPSTREAM,
            help="give one of its members an endpoint that can answer",
        )
