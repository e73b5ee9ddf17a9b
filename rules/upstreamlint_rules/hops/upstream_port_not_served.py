"""Requests are sent to a port that nobody serves there.

A Kubernetes Service answers on its own ports only, whatever its pods listen on: packets to any other port of its address are dropped or
refused, and clients get `504` or `502` from nginx, `503 UF` from Envoy, `502` from tunnels.

In a Compose project the container's own ports count: those that its command and variables tell the program to listen on, and those that `expose`,
`ports`, the Dockerfile's `EXPOSE` and the image name. A port that a command contradicts is an error; one that is only declared nowhere is a warning, since a
container may serve ports that nobody declared, unless a slip of the hand makes it one that is declared. A proxy on the machine's own network (`network_mode: host`) reaches
containers by published ports only.

A port that the machine publishes, and one that a Service leads to, is judged the same way. Where all of a program's own configuration is known (nginx, Caddy, HAProxy,
Envoy, Apache) and nothing runs beside it, it listens where that says and nowhere else; a port of a Service beside one that works is then a warning, for it may be left over.

Knative, and Cloud Run, ask the declared port of a container before a revision is ready, and 8080 where it declares none.

A proxy that is given no port dials 80, or 443 for https.

Dial a port of the Service, or the one that the container serves.

Basis: Kubernetes, virtual IPs and service proxies; gravitational/teleport issue 39766; measured on nginx 1.22.1 and
1.31.4.

## Fails: nginx in a pod

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://shop:8080; }  # error: [upstream-port-not-served] "port 8080"
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  ports:
    - port: 80
      targetPort: 8080
```

## Fails: Compose

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;  # warning: [upstream-port-not-served] "8080"
    }
}
```

## Fails: Envoy in a pod

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
                  - endpoint: {address: {socket_address: {address: orders.shop.svc.cluster.local, port_value: 80}}}  # error: [upstream-port-not-served] "80"
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

## Fails: a tunnel

```yaml title="access.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: access, namespace: edge}
data:
  teleport.yaml: |
    app_service:
      enabled: yes
      apps:
        - name: logs
          uri: http://logs.shop  # error: [upstream-port-not-served] "no port 80"
---
apiVersion: v1
kind: Pod
metadata: {name: access, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: access}
  containers:
    - name: teleport
      image: public.ecr.aws/gravitational/teleport-distroless:16
      volumeMounts:
        - {name: conf, mountPath: /etc/teleport}
---
apiVersion: v1
kind: Service
metadata: {name: logs, namespace: shop}
spec:
  ports: [{port: 5601}]
```

## Fails: a variable

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: CATALOG_URL
              value: http://catalog:8080  # error: [upstream-port-not-served] "port 8080"
```

## Fails: a published port

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    ports:
      - "8080:8080"  # error: [upstream-port-not-served] "port 8080"
    volumes:
      - ./Caddyfile:/etc/caddy/Caddyfile:ro
  shop:
    image: registry.example/shop:1
```

```caddyfile title="Caddyfile"
:80 {
        reverse_proxy shop:9000
}
```

## Passes: a published port

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    ports:
      - "8080:80"
    volumes:
      - ./Caddyfile:/etc/caddy/Caddyfile:ro
  shop:
    image: registry.example/shop:1
```

```caddyfile title="Caddyfile"
:80 {
        reverse_proxy shop:9000
}
```

## Passes: nginx in a pod

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://shop; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec:
  ports:
    - port: 80
      targetPort: 8080
```

## Passes: Compose

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    environment:
      LISTEN: ":8080"
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```

## Passes: Envoy in a pod

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

## Passes: a tunnel

```yaml title="access.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: access, namespace: edge}
data:
  teleport.yaml: |
    app_service:
      enabled: yes
      apps:
        - name: logs
          uri: http://logs.shop:5601
---
apiVersion: v1
kind: Pod
metadata: {name: access, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: access}
  containers:
    - name: teleport
      image: public.ecr.aws/gravitational/teleport-distroless:16
      volumeMounts:
        - {name: conf, mountPath: /etc/teleport}
---
apiVersion: v1
kind: Service
metadata: {name: logs, namespace: shop}
spec:
  ports: [{port: 5601}]
```

## Passes: a variable

```yaml title="app.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalog}
spec:
  selector: {app: catalog}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          env:
            - name: CATALOG_URL
              value: http://catalog:80
```

## Fails: an Ingress

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 8080  # error: [upstream-port-not-served] "no port 8080"
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports:
    - port: 80
      targetPort: 8080
```

## Passes: an Ingress

```yaml title="shop.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 80
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  ports:
    - port: 80
      targetPort: 8080
```

## Fails: an HTTPRoute

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:
        - name: web
          port: 8080  # error: [upstream-port-not-served] "no port 8080"
```

## Passes: an HTTPRoute

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs:
    - {name: edge}
  rules:
    - backendRefs:
        - {name: web, port: 80}
```

## Fails: a VirtualService

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 80
      targetPort: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            port:
              number: 9080  # error: [upstream-port-not-served] "no port 9080"
```

## Passes: a VirtualService

```yaml title="reviews.yaml"
apiVersion: v1
kind: Service
metadata:
  name: reviews
  namespace: shop
spec:
  selector:
    app: reviews
  ports:
    - name: http
      port: 80
      targetPort: 9080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: reviews-v2
  namespace: shop
spec:
  selector:
    matchLabels:
      app: reviews
      version: v2
  template:
    metadata:
      labels:
        app: reviews
        version: v2
    spec:
      containers:
        - name: app
          image: registry.example/reviews:1
          readinessProbe:
            tcpSocket:
              port: 9080
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    - route:
        - destination:
            host: reviews
            port:
              number: 80
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends, name_of
from upstreamlint.model.compose import ComposeService
from upstreamlint.model.kubernetes import Service, ServicePort

_OBSTACLES = (Obstacle.NOT_ON_SERVICE, Obstacle.NOT_SERVED, Obstacle.DEFAULTED, Obstacle.UNPUBLISHED)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that is none of what answers to the name."""
    costs = Costs(graph)
    for found in graph.judged(*_OBSTACLES):
        lost = costs.of(found)
        written = found.obstacle is not Obstacle.DEFAULTED
        yield Finding(
            message=_message(found),
            primary=Label(
                found.anchor,
                "dialled here" if written else f"no port is written, so {found.number} is dialled",
            ),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            fix=found.fix,
            help=found.remedy or _help(found),
            assumption=lost.assumption,
            fault=f"{found.target.id}:{found.wanted}",
            hit=lost.hit,
        )


def _help(found: Judgement) -> str:
    instead = found.near[0].instead if found.near else ""
    port = found.dial.owner
    if instead and isinstance(port, ServicePort) and port.target_name is not None:
        return f"declare port {instead} as `{port.target_name}`"
    return f"use port {instead}" if instead else "use a port that is served there"


def _message(found: Judgement) -> str:
    name = name_of(found.target)
    published = found.dial.purpose is Purpose.FORWARD and isinstance(found.target, ComposeService)
    if published or found.target is found.dial.owner:
        return f"`{found.dial.host}` has no port {found.wanted}, which {caller(found.dial)} dials"
    if not found.wanted:
        return f"{caller(found.dial)} names no port of Service `{name}`"
    if isinstance(found.target, Service) and found.obstacle is Obstacle.NOT_SERVED:
        return f"no endpoint of Service `{name}` is port {found.wanted}, which {caller(found.dial)} dials"
    if isinstance(found.target, Service):
        return f"Service `{name}` has no port {found.wanted}, which {caller(found.dial)} dials"
    if found.obstacle is Obstacle.UNPUBLISHED:
        return f"the host does not publish port {found.wanted} of `{name}` under this number"
    return f"nothing shows `{name}` serving port {found.wanted}, which {caller(found.dial)} dials"
