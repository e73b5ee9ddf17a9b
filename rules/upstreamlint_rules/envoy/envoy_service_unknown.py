"""Envoy in a pod dials a name that no Service has.

The cluster looks the name up in the DNS of the pod. Nothing answers to it, so the cluster stays empty and requests get
`503 no healthy upstream`. Envoy starts all the same, and goes on asking.

Write the name of a Service, with its namespace when that is not the pod's own.

Basis: measured on Envoy 1.40.0, cases D01 to D05 (no such name).

## Fails

```yaml title="edge.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: shop}
data:
  envoy.yaml: |
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
                  - endpoint: {address: {socket_address: {address: order, port_value: 8080}}}  # error: [envoy-service-unknown] "`order`"
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}}
    spec:
      containers:
        - name: envoy
          image: envoyproxy/envoy:v1.33-latest
          volumeMounts: [{name: config, mountPath: /etc/envoy}]
      volumes: [{name: config, configMap: {name: edge}}]
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: orders}
  ports: [{port: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: registry.example.net/orders:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: 8080}}
```

## Passes

```yaml title="edge.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: shop}
data:
  envoy.yaml: |
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
                  - endpoint: {address: {socket_address: {address: orders, port_value: 8080}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: edge, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: edge}}
  template:
    metadata: {labels: {app: edge}}
    spec:
      containers:
        - name: envoy
          image: envoyproxy/envoy:v1.33-latest
          volumeMounts: [{name: config, mountPath: /etc/envoy}]
      volumes: [{name: config, configMap: {name: edge}}]
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: orders}
  ports: [{port: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
        - name: orders
          image: registry.example.net/orders:1
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /, port: 8080}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.envoy.dialled import PROXY
from upstreamlint.graph.upstreams import HostObstacle, UpstreamHost
from upstreamlint.model.kubernetes import Workload
from upstreamlint.symptoms import NO_HEALTHY_UPSTREAM

_OBSTACLES = frozenset({HostObstacle.UNKNOWN_NAME, HostObstacle.OTHER_NAMESPACE})


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host that no Service answers to."""
    for host in graph.broken(UpstreamHost):
        if host.proxy != PROXY or host.obstacle not in _OBSTACLES or not isinstance(host.client, Workload):
            continue
        namespace = host.client.meta.namespace
        where = f" in namespace `{namespace}`" if namespace and "." not in host.wanted else ""
        yield Finding(
            message=f"no Service answers to `{host.wanted}`{where}, which Envoy in `{host.client.title}` dials",
            primary=Label(host.anchor, "no such Service"),
            subject=host.owner,
            related=(
                *(Label(near.anchor, near.text) for near in host.near[:2]),
                *(Label(anchor, text) for anchor, text in host.far_end),
            ),
            symptom=NO_HEALTHY_UPSTREAM,
            help=f"write `{host.near[0].instead}`" if host.near else "name a Service that exists",
            fault=host.wanted,
        )
