"""A cluster's endpoints come from a file that has none for it.

Envoy asks the file of `path_config_source` for the resource whose `cluster_name` is the cluster's `service_name`, or
its own name. Without one the cluster stays empty. With a host name as an address Envoy rejects the resource as a
whole, since EDS takes IP addresses only. Either way it starts, and requests get `503 no healthy upstream`.

Give the resource the name that the cluster asks for, and IP addresses.

Basis: measured on Envoy 1.40.0, cases C02, C04 and C07.

## Fails

```yaml title="compose.yaml"
services:
  envoy:
    image: envoyproxy/envoy:v1.33-latest
    volumes: ["./envoy.yaml:/etc/envoy/envoy.yaml:ro", "./eds.yaml:/etc/envoy/eds.yaml:ro"]
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
      type: EDS
      eds_cluster_config:
        eds_config:
          path_config_source: {path: /etc/envoy/eds.yaml}  # error: [envoy-eds-file-mismatch] "`api`"
```

```yaml title="eds.yaml"
resources:
  - "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
    cluster_name: web
    endpoints:
      - lb_endpoints:
          - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
```

## Passes

```yaml title="compose.yaml"
services:
  envoy:
    image: envoyproxy/envoy:v1.33-latest
    volumes: ["./envoy.yaml:/etc/envoy/envoy.yaml:ro", "./eds.yaml:/etc/envoy/eds.yaml:ro"]
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
      type: EDS
      eds_cluster_config:
        eds_config:
          path_config_source: {path: /etc/envoy/eds.yaml}
```

```yaml title="eds.yaml"
resources:
  - "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
    cluster_name: api
    endpoints:
      - lb_endpoints:
          - endpoint: {address: {socket_address: {address: 10.0.0.1, port_value: 8080}}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.places.address import is_address
from upstreamlint.programs.envoy.model import Assignment
from upstreamlint.programs.envoy.references import ClusterReference, Death
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each cluster whose file lists nothing that Envoy takes for it."""
    for reference in graph.references(ClusterReference):
        cluster = reference.cluster
        if cluster is None or reference.death is not Death.FILE or not reference.whole:
            continue
        path, given = cluster.eds_path, cluster.assignment
        if path is None or given is None:
            continue
        missing = given.endpoints is None
        yield Finding(
            message=f"no resource for cluster `{cluster.name}` is named `{given.wanted}` in its file"
            if missing
            else f"the file of cluster `{cluster.name}` lists a host name, which Envoy rejects",
            primary=Label(path.anchor, "the endpoints come from here"),
            subject=cluster,
            related=tuple(_places(given)),
            symptom=NO_HEALTHY_UPSTREAM,
            help=f"name a resource `{given.wanted}`, or set `service_name`"
            if missing
            else "write IP addresses, or list the endpoints in a cluster of type `STRICT_DNS`",
            assumption=f"`{path}` is {given.anchor.source.path}" if given.guessed else "",
        )


def _places(given: Assignment) -> Iterator[Label]:
    if given.endpoints is None:
        yield from (Label(name.anchor, "has this name") for name in given.names[:3])
        return
    for endpoint in given.endpoints:
        if endpoint.address is not None and not is_address(endpoint.address.value):
            yield Label(endpoint.address.anchor, "is no IP address")
