"""A route names a cluster that is not defined.

With the routes in the bootstrap itself Envoy refuses to start: `route: unknown cluster`, `unknown weighted cluster` or
`unknown shadow cluster`. With `validate_clusters: false` it starts, and the requests get `503` with an empty body and
the flag `NC` (or the status of `cluster_not_found_response_code`); `tcp_proxy` starts as well and closes connections.

An aggregate cluster passes over a member that is not defined, so that only its other members are left.

Write the name of a cluster as `clusters` has it, dashes and underscores included, or define the cluster. A bootstrap
that takes clusters from a management server (`cds_config`, `ads_config`) is not judged.

Basis: measured on Envoy 1.40.0, cases A01, A03, A05, A07, A08, A16, A17 and A21.

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
                          route: {cluster: map-api}  # error: [envoy-cluster-undefined] "`map-api`"
  clusters:
    - name: map_api
      type: STRICT_DNS
      load_assignment:
        cluster_name: map_api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
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

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Affected, Symptom
from upstreamlint.programs.envoy.death import death
from upstreamlint.programs.envoy.model import UseKind
from upstreamlint.programs.envoy.references import ClusterReference, MemberReference
from upstreamlint.symptoms import NO_CLUSTER, NO_HEALTHY_UPSTREAM, envoy_refuses, streamed


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name of a cluster that the bootstrap does not define."""
    for reference in graph.broken(ClusterReference):
        if not reference.use.share and not reference.host.validated:
            continue
        near = reference.near[0] if reference.near else None
        yield Finding(
            message=f"no cluster is named `{reference.wanted}`",
            primary=Label(reference.anchor, "not defined in this bootstrap"),
            subject=reference.route,
            related=(Label(near.anchor, near.text),) if near else (),
            symptom=_symptom(reference),
            fix=reference.fix,
            help=f"write `{near.instead}`" if near else f"define the cluster `{reference.wanted}`",
            fault=reference.wanted,
            hit=_hit(reference),
        )
    for member in graph.broken(MemberReference):
        if death(member.bootstrap, member.aggregate) is None:
            yield Finding(
                message=f"no cluster is named `{member.wanted}`",
                primary=Label(member.anchor, "passed over without a word"),
                subject=member.aggregate,
                related=tuple(Label(near.anchor, near.text) for near in member.near),
                symptom=NO_HEALTHY_UPSTREAM,
                help=f"define the cluster `{member.wanted}`",
                assumption="the other members do not answer",
                fault=member.wanted,
            )


def _hit(reference: ClusterReference) -> tuple[Affected, ...]:
    """The part of the route that fails, where Envoy starts all the same; otherwise the route as a whole does."""
    if reference.host.validated or reference.whole:
        return ()
    route = reference.route
    return (Affected(route.listener, route.match, reference.use.share, route.anchor),)


def _symptom(reference: ClusterReference) -> Symptom:
    """What it comes to: at start where Envoy looks at the routes, else at each request."""
    kind = reference.use.kind
    if kind is UseKind.TCP:
        return streamed(NO_CLUSTER)
    if not reference.host.validated:
        return NO_CLUSTER._replace(status=reference.written.missing_status)
    what = "cluster" if kind is UseKind.ROUTE else kind.value
    return envoy_refuses(f"route: unknown {what} '{reference.wanted}'")
