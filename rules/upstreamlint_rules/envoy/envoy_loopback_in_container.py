"""Envoy in a container dials loopback, where nothing listens.

`127.0.0.1` and `localhost` are Envoy's own container, not the machine and not another service. When Envoy itself does
not listen on the port, and no other service shares its network, the answer is `503`, `upstream connect error or
disconnect/reset before headers`, with the flag `UF`.

Write the name of the service that listens on the port, with a cluster type that looks names up.

Basis: measured on Envoy 1.40.0, cases E01 and E02 (nothing listens); Docker's networks give each container its own.

## Fails

```yaml title="compose.yaml"
services:
  envoy:
    image: envoyproxy/envoy:v1.33-latest
    volumes: ["./envoy.yaml:/etc/envoy/envoy.yaml:ro"]
  api:
    image: registry.example.net/api:1
    expose: ["8080"]
```

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
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8080}}}  # error: [envoy-loopback-in-container] "`127.0.0.1`"
```

## Passes

```yaml title="compose.yaml"
services:
  envoy:
    image: envoyproxy/envoy:v1.33-latest
    volumes: ["./envoy.yaml:/etc/envoy/envoy.yaml:ro"]
  api:
    image: registry.example.net/api:1
    expose: ["8080"]
```

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
              - endpoint: {address: {socket_address: {address: api, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.envoy.dialled import PROXY
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.symptoms import CONNECTION_FAILED


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each loopback address of an endpoint that leads to nobody."""
    for host in graph.broken(UpstreamHost):
        if host.proxy != PROXY or host.obstacle is not HostObstacle.LOOPBACK:
            continue
        near = host.near[0] if host.near else None
        yield Finding(
            message=f"`{host.wanted}` is the container of Envoy itself, and nothing there listens on the port",
            primary=Label(host.anchor, "the container that Envoy runs in"),
            subject=host.owner,
            related=(
                *((Label(near.anchor, near.text),) if near else ()),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=CONNECTION_FAILED._replace(log="connection refused"),
            help=f"dial `{near.instead}`, with `type: STRICT_DNS`"
            if near
            else "dial the name of the service that listens on the port, with `type: STRICT_DNS`",
            fault=host.wanted,
        )
