"""A cluster of type `STATIC` has a host name as the address of an endpoint.

`STATIC`, which is also the type of a cluster that has none written, takes IP addresses only. Envoy does not start:
`malformed IP address`, and asks whether the cluster type should be set to `STRICT_DNS`.

Write `type: STRICT_DNS`, or `LOGICAL_DNS` for one name behind which a large service stands.

Basis: Envoy documentation, service discovery; measured on Envoy 1.40.0 (truth table, `--mode validate`).

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
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}  # error: [envoy-static-cluster-with-hostname] "`api.example.com`"
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
from upstreamlint.graph.evidence import is_placeholder
from upstreamlint.places.address import is_address
from upstreamlint.programs.envoy.model import Discovery, EnvoyCluster
from upstreamlint.symptoms import envoy_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each address of a static cluster that is no IP address."""
    for cluster in graph.nodes(EnvoyCluster):
        if cluster.discovery is not Discovery.STATIC:
            continue
        for endpoint in cluster.endpoints:
            address = endpoint.address
            if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
                continue
            if is_address(address.value):
                continue
            written = cluster.discovery_anchor is not cluster.anchor
            yield Finding(
                message=f"cluster `{cluster.name}` is static, and `{address}` is no IP address",
                primary=Label(address.anchor, "needs a look-up"),
                subject=cluster,
                related=(
                    Label(
                        cluster.discovery_anchor,
                        "takes IP addresses only" if written else "has no `type`, so it is `STATIC`",
                    ),
                ),
                symptom=envoy_refuses(f"malformed IP address: {address}"),
                help="write `type: STRICT_DNS`",
                fault=address.value,
            )
