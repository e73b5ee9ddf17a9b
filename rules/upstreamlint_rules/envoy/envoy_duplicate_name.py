"""Two clusters, two domains or two listeners are the same.

Cluster names are unique in a bootstrap, domains in a route configuration, and addresses among listeners. Envoy does
not start with two of one: `duplicate cluster`, `Only unique values for domains are permitted`, `has duplicate address`.

Rename or remove one of them.

Basis: measured on Envoy 1.40.0, case A20 (domains, addresses); Envoy's cluster manager (`duplicate cluster`).

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
              - endpoint: {address: {socket_address: {address: api.example.com, port_value: 8080}}}
    - name: api  # error: [envoy-duplicate-name] "`api`"
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
from upstreamlint.programs.envoy.model import Bootstrap
from upstreamlint.source import Anchor
from upstreamlint.symptoms import envoy_refuses

Named = tuple[tuple[object, ...], str, Anchor, str]


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each second one of a name."""
    for bootstrap in graph.nodes(Bootstrap):
        first: dict[tuple[object, ...], Anchor] = {}
        for key, what, anchor, phrase in _named(bootstrap):
            if key not in first:
                first[key] = anchor
                continue
            yield Finding(
                message=f"{what} is there twice",
                primary=Label(anchor, "the second"),
                subject=bootstrap,
                related=(Label(first[key], "the first"),),
                symptom=envoy_refuses(phrase),
                help="rename or remove one of them",
                fault=what,
            )


def _named(bootstrap: Bootstrap) -> Iterator[Named]:
    for cluster in bootstrap.clusters:
        name = cluster.name.value
        if not is_placeholder(name):
            phrase = f"cluster manager: duplicate cluster '{name}'"
            yield ("cluster", name), f"cluster `{name}`", cluster.anchor, phrase
    for number, listener in enumerate(bootstrap.listeners):
        if listener.port and listener.host and not listener.shared and not is_placeholder(listener.host):
            where = f"{listener.host}:{listener.port}"
            phrase = f"has duplicate address '{where}' as existing listener"
            yield (where, listener.protocol), f"listener address `{where}`", listener.anchor, phrase
        for host in listener.hosts:
            for domain in host.domains:
                if not is_placeholder(domain.value) or domain.value == "*":
                    key = ("domain", number, host.table, domain.value.lower())
                    phrase = (
                        f"Only unique values for domains are permitted. Duplicate entry of domain {domain}"
                    )
                    yield key, f"domain `{domain}`", domain.anchor, phrase
