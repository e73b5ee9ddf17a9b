"""The address of an endpoint holds a port, a scheme or a path.

Envoy takes `address` as a name and looks it up as it is. `api:8080` and `http://api` are accepted when it starts and
never resolve: the cluster stays empty, and requests get `503 no healthy upstream`.

Write the bare name in `address` and the port in `port_value`; TLS is a matter of `transport_socket`.

Basis: measured on Envoy 1.40.0, case D17.

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
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: "api.example.com:8080", port_value: 8080}}}  # error: [envoy-port-in-address] "`api.example.com:8080`"
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
from upstreamlint.programs.envoy.dialled import misplaced_port
from upstreamlint.programs.envoy.model import Endpoint, EnvoyCluster
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each address that holds more than a name."""
    for cluster in graph.nodes(EnvoyCluster):
        if not cluster.discovery.by_dns:
            continue
        wrong = [e for e in cluster.endpoints if _is_wrong(e)]
        for endpoint in wrong:
            address = endpoint.address
            if address is None:
                continue
            bare = address.value.rpartition("://")[2].partition("/")[0].partition(":")[0]
            yield Finding(
                message=f"`{address}` is no name that resolves",
                primary=Label(address.anchor, "looked up as it is written"),
                subject=cluster,
                symptom=NO_HEALTHY_UPSTREAM,
                help=f"write `address: {bare}`, and the port in `port_value`",
                assumption="no other endpoint of the cluster answers"
                if len(wrong) < len(cluster.endpoints)
                else "",
                fault=address.value,
            )


def _is_wrong(endpoint: Endpoint) -> bool:
    address = endpoint.address
    if address is None or endpoint.resolved_otherwise or is_placeholder(address.value):
        return False
    return misplaced_port(address.value)
