"""Envoy in a pod dials a port that the Service does not have.

A Service answers on the ports that it lists. Behind another port of its address is nobody: the connection times out or
is refused, and requests get `503`, `upstream connect error or disconnect/reset before headers`, flag `UF`. A headless
Service gives the addresses of the pods, where their own ports count.

Write the Service's port in `port_value`, not the container's.

Basis: measured on Envoy 1.40.0, cases D09 and E04; Kubernetes documentation, virtual IPs.

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
                  - endpoint: {address: {socket_address: {address: orders.shop.svc.cluster.local, port_value: 80}}}  # error: [envoy-port-not-on-service] "80"
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
                  - endpoint: {address: {socket_address: {address: orders.shop.svc.cluster.local, port_value: 8080}}}
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
from upstreamlint.graph.upstreams import PortObstacle, UpstreamPort
from upstreamlint.model.kubernetes import Service, Workload
from upstreamlint.model.kubernetes.service import ServicePort
from upstreamlint.symptoms import CONNECTION_FAILED


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each dialled port that is not one of the Service."""
    for port in graph.broken(UpstreamPort):
        if port.proxy != PROXY or not isinstance(port.client, Workload):
            continue
        target = port.target
        name = (
            target.title
            if isinstance(target, Service)
            else target.service_title
            if isinstance(target, ServicePort)
            else target.id
        )
        headless = port.obstacle is PortObstacle.HEADLESS
        yield Finding(
            message=f"the pods of headless Service `{name}` do not serve port {port.number}, which Envoy dials"
            if headless
            else f"Service `{name}` has no port {port.number}, which Envoy dials",
            primary=Label(port.anchor, "dialled here"),
            subject=port.owner,
            related=tuple(Label(anchor, text) for anchor, text in port.far_end),
            symptom=CONNECTION_FAILED._replace(
                log="connection refused" if headless else "connection timeout"
            ),
            help=f"dial port {port.near[0].instead}" if port.near else "dial a port that the Service has",
            fault=f"{target.id}:{port.number}",
        )
