"""A filter chain or route of Envoy asks for what never comes.

- Listener filters run in their order. With `tls_inspector` before `proxy_protocol` the inspector sees the PROXY header instead of TLS, and no chain is found
  by `server_names`, `application_protocols` or `transport_protocol: tls`: the connection is closed.
- `destination_port` of a `filter_chain_match` is the port of the listener itself, unless the original destination is restored.
- A route with `tls_context` is for clients that show a certificate; they do so only when the listener asks for one, by a `validation_context`. Its requests
  are answered `404` (`NR`).
- A CONNECT that `upgrade_configs` lets in has no path, so that no `prefix` takes it: without a route with `connect_matcher` it is answered `404`.

Put the filters in order, or let the match ask for what comes.

Basis: measured on Envoy 1.40.0; envoyproxy/envoy issues 14490, 23205, 24139.

## Fails

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: forward
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: forward
                upgrade_configs:
                  - upgrade_type: CONNECT  # error: [envoy-match-never-holds] "no route takes it"
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
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}}]}]
```

## Passes

```yaml title="envoy.yaml"
static_resources:
  listeners:
    - name: forward
      address: {socket_address: {address: 0.0.0.0, port_value: 10000}}
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: forward
                upgrade_configs: [{upgrade_type: CONNECT}]
                route_config:
                  virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                        - match: {connect_matcher: {}}
                          route: {cluster: api, upgrade_configs: [{upgrade_type: CONNECT, connect_config: {}}]}
  clusters:
    - name: api
      type: STRICT_DNS
      load_assignment:
        cluster_name: api
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}}]}]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.envoy.model import Bootstrap


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each thing that is asked for and never comes."""
    for bootstrap in graph.nodes(Bootstrap):
        for listener in bootstrap.listeners:
            for found in listener.unmet:
                yield Finding(
                    message=found.what,
                    primary=Label(found.anchor, "asked for here"),
                    subject=bootstrap,
                    related=(Label(found.because, found.text),),
                    symptom=found.answer,
                    help=found.help,
                    fault=f"{found.anchor.start}",
                )
