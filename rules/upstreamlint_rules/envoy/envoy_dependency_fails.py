"""A filter of Envoy calls a cluster that cannot answer it.

Before a route is taken, filters ask others: `ext_authz` whether the request is allowed, `jwt_authn` for the keys, `ext_proc` and `oauth2`
their service, `ratelimit` a counter. A call fails when its cluster is not there, never has a host, speaks HTTP/1.1 where gRPC needs HTTP/2
(no `http2_protocol_options`), plain text where the URI says `https`, or has subsets and nothing for a call, which asks for none (`NO_FALLBACK`). Then the filter answers for every route of the listener: `403` from
ext_authz, `500` from ext_proc, `401` from jwt_authn and oauth2; ratelimit lets requests pass unless it is told not to
(`failure_mode_deny`), ext_authz and ext_proc when they are told to (`failure_mode_allow`). Envoy accepts an undefined gRPC cluster.

A call whose failure lets requests pass is a warning.

Name a cluster that exists, with `http2_protocol_options` for gRPC and a `transport_socket` of TLS for `https`.

Basis: Envoy, documentation of the filters; ext_authz measured on Envoy 1.40.0.

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
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      grpc_service: {envoy_grpc: {cluster_name: opa}}  # error: [envoy-dependency-fails] "gRPC"
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{match: {prefix: /}, route: {cluster: shop}}]
  clusters:
    - name: opa
      type: STRICT_DNS
      load_assignment:
        cluster_name: opa
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: opa.example.com, port_value: 9191}}}}]}]
    - name: shop
      type: STRICT_DNS
      load_assignment:
        cluster_name: shop
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: shop.example.com, port_value: 8080}}}}]}]
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
                http_filters:
                  - name: envoy.filters.http.ext_authz
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      grpc_service: {envoy_grpc: {cluster_name: opa}}
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{match: {prefix: /}, route: {cluster: shop}}]
  clusters:
    - name: opa
      type: STRICT_DNS
      http2_protocol_options: {}
      load_assignment:
        cluster_name: opa
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: opa.example.com, port_value: 9191}}}}]}]
    - name: shop
      type: STRICT_DNS
      load_assignment:
        cluster_name: shop
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: shop.example.com, port_value: 8080}}}}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Affected
from upstreamlint.programs.envoy.references import DependencyReference, Refusal

_HELP = {
    Refusal.MISSING: "name a cluster that exists",
    Refusal.DEAD: "give the cluster an endpoint",
    Refusal.NO_HTTP2: "add `http2_protocol_options: {}` to the cluster",
    Refusal.NO_SUBSET: "set `fallback_policy: ANY_ENDPOINT`, or call a cluster without `lb_subset_config`",
    Refusal.NO_TLS: "add a `transport_socket` with `envoy.transport_sockets.tls` to the cluster",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each call of a filter that cannot succeed."""
    for found in graph.broken(DependencyReference):
        if found.refusal is None:
            continue
        extension = found.dependency.extension
        cluster = found.cluster
        far = (Label(cluster.anchor, found.refusal.value),) if cluster is not None else ()
        yield Finding(
            message=f"{extension.title} calls cluster `{found.wanted}`: {found.refusal}",
            primary=Label(found.anchor, "called for every request"),
            subject=found.bootstrap,
            related=(*(Label(near.anchor, near.text) for near in found.near), *far),
            symptom=extension.symptom,
            fix=found.fix,
            help=f"use `{found.near[0].instead}`" if found.near else _HELP[found.refusal],
            assumption="a failed call is held against the request" if found.dependency.open else "",
            fault=f"{extension.title} {found.wanted}",
            hit=tuple(Affected(r.listener, r.match, 1.0, r.anchor) for r in found.routes),
        )
