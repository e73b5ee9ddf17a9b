"""Envoy refuses a cluster or a route as it is written.

What can be told without running it: a `LOGICAL_DNS` cluster whose endpoints are not exactly one, an `EDS` cluster
without `eds_cluster_config`, weights that add up to 0, an endpoint without a port or with the weight 0, and an HTTP
health check without a path. So are fields and values of enumerations that a message does not have and that are nearly those which it has, fields that stand beside the `typed_config`
that they belong into, and what only version 2 of the API had (`hosts`, `tls_context`, `config`), where the tag of the image says that Envoy is 1.18 or newer.
Envoy prints the reason and exits.

The help says what is missing.

Basis: measured on Envoy 1.40.0 (`--mode validate`), cases A09, A12, A15 and A22.

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
      type: LOGICAL_DNS  # error: [envoy-config-refused] "LOGICAL_DNS"
      load_assignment:
        cluster_name: api
        endpoints:
          - lb_endpoints:
              - endpoint: {address: {socket_address: {address: a.example.com, port_value: 8080}}}
              - endpoint: {address: {socket_address: {address: b.example.com, port_value: 8080}}}
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
from upstreamlint.programs.envoy.model import Bootstrap
from upstreamlint.programs.envoy.references import ClusterReference
from upstreamlint.programs.envoy.strict import Unknown
from upstreamlint.source import Anchor
from upstreamlint.symptoms import envoy_refuses

_ANSWERS = {
    "LOGICAL_DNS": "keep one endpoint, or write `type: STRICT_DNS`",
    "cannot": "say where the endpoints come from in `eds_cluster_config`",
    "Sum": "give one of the clusters a weight",
    "Port:": "write a `port_value`",
    "LoadBalancingWeight:": "write a weight of at least 1, or remove it",
    "Path:": "write the `path` that the health check asks for",
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each thing that Envoy does not start with."""
    for bootstrap in graph.nodes(Bootstrap):
        for subject, anchor, phrase in _faults(graph, bootstrap):
            yield Finding(
                message=f"Envoy refuses this: {phrase.removesuffix('.')}",
                primary=Label(anchor, "refused when Envoy starts"),
                subject=subject,
                symptom=envoy_refuses(phrase),
                help=_ANSWERS.get(phrase.split()[0], ""),
                fault=phrase,
            )
        for found in _unknown(bootstrap):
            yield Finding(
                message=f"Envoy refuses this: {found.text}",
                primary=Label(found.anchor, "refused when Envoy starts"),
                subject=bootstrap,
                symptom=envoy_refuses(found.text),
                help=found.help,
                fault=f"{found.anchor.start}",
            )


def _unknown(bootstrap: Bootstrap) -> Iterator[Unknown]:
    """What is unknown for certain: of version 2 of the API, where an Envoy reads it that has no such any more."""
    new = any(version >= _THIRD for version in bootstrap.versions)
    old = any(found.old for found in bootstrap.unknown)
    for found in bootstrap.unknown:
        if found.old:
            if new:
                yield found
        elif not old or new:
            yield found


_THIRD = (1, 18)
"""The first version that knows version 3 of the API alone."""


def _faults(graph: Graph, bootstrap: Bootstrap) -> Iterator[tuple[object, Anchor, str]]:
    for cluster in bootstrap.clusters:
        for anchor, phrase in cluster.faults:
            yield cluster, anchor, phrase
    for reference in graph.references(ClusterReference):
        if reference.bootstrap is bootstrap:
            for anchor, phrase in reference.written.faults:
                yield reference.route, anchor, phrase
