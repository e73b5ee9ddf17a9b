"""A route stands behind one that takes all of its requests.

Envoy takes the first route of a virtual host that matches, not the longest. After `prefix: /` without further
conditions nothing is reached: the requests go to the cluster of the earlier route.

Move the route before the one that shadows it.

Basis: measured on Envoy 1.40.0, case A26.

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
                        - match: {prefix: /admin}  # warning: [envoy-route-shadowed] "`/admin`"
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
                        - match: {prefix: /admin}
                          route: {cluster: api}
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
from upstreamlint.finding import Symptom
from upstreamlint.programs.envoy.model import Bootstrap, EnvoyRoute

_ELSEWHERE = Symptom(log="the requests go to the earlier route")


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each route that an earlier one of its virtual host hides."""
    for bootstrap in graph.nodes(Bootstrap):
        for listener in bootstrap.listeners:
            for host in listener.hosts:
                for first, second in _shadowed(host.routes):
                    yield Finding(
                        message=f"route `{second.match}` is never reached",
                        primary=Label(second.anchor, "comes too late"),
                        subject=bootstrap,
                        related=(Label(first.anchor, "takes all of its requests"),),
                        symptom=_ELSEWHERE,
                        help="move it before the route that takes its requests",
                        fault=f"{host.anchor.start} {second.match}",
                    )


def _shadowed(routes: tuple[EnvoyRoute, ...]) -> Iterator[tuple[EnvoyRoute, EnvoyRoute]]:
    for number, second in enumerate(routes):
        for first in routes[:number]:
            if first.takes_all and second.begins.startswith(first.begins):
                yield first, second
                break
