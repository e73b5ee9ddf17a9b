"""Requests are sent to a name that nobody has.

Who has a name depends on the place that asks. In a Compose project it is services, their aliases on a shared network,
container names and hostnames, and what `links` and `extra_hosts` add; Compose 2 names containers
`<project>-<service>-1`, and the `project_service_1` of Compose 1 is gone. In a pod it is Services: a short name means the pod's own
namespace, `name.namespace` another one. An Ingress names Services of its own namespace (one that names none goes to that of who applies it), a route of the Gateway API names the namespace in a
field of its own.

nginx looks a literal name up once, when it starts: without an answer it exits with `host not found in upstream`, even
when the upstream is not used or the server is marked `down`, and every route through it is gone. Envoy keeps an empty
cluster and answers `503 UH no healthy upstream`. Proxies that look names up at each request answer `502`. An Ingress
controller answers `503` or `404`, an implementation of the Gateway API `500`. What a variable names is
dialled by a program that the files do not show, so those findings are warnings, but for a name that can only be
misspelt: what it misses by little is there, and has the port.

A Compose project is closed by its nature; one that is attached to an external network may find the name there, so only a near miss is
reported then. Kubernetes files are rarely all there is: a name is reported when something near it exists (a Service
of a similar name, or of that name in another namespace), or when everything that it may mean is among the files. Names
with a dot that are no name of the cluster are taken for the Internet's.

Write a name that somebody has.

Basis: engine, `buildEndpointDNSNames`; Kubernetes DNS specification; measured on nginx 1.22.1 and 1.31.4 and on Envoy
1.40.0; nginx/docker-nginx issue 291.

## Fails: Compose

```yaml title="compose.yaml"
name: shop
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [catalog]
  catalog:
    image: registry.example/catalog:1
    expose: ["4000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://shop_catalog_1:4000;  # error: [upstream-unknown] "`shop_catalog_1`"
    }
}
```

## Fails: nginx in a pod

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: web}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://catalogue:8080; }  # error: [upstream-unknown] "`catalogue`"
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: web}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
```

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalogue, namespace: shop}
spec:
  ports:
    - port: 8080
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
                  - endpoint: {address: {socket_address: {address: order, port_value: 8080}}}  # error: [upstream-unknown] "`order`"
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

```yaml title="tunnel.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tunnel, namespace: edge}
data:
  config.yaml: |
    tunnel: shop
    ingress:
      - hostname: shop.example.org
        service: http://catalog:8080  # error: [upstream-unknown] "`catalog`"
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  ports: [{port: 8080}]
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
              value: http://catalogue:80  # error: [upstream-unknown] "`catalogue`"
```

## Passes: Compose

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [catalog, basket]
    restart: unless-stopped
    extra_hosts: ["billing:192.0.2.7"]
  catalog:
    image: registry.example/catalog:1
    networks:
      default:
        aliases: [catalog.shop]
  basket:
    image: registry.example/basket:1
    container_name: the-basket
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://catalog.shop:4000;
    }
    location /basket/ {
        proxy_pass http://the-basket:4001;
    }
    location /billing/ {
        proxy_pass http://billing:9000;
    }
}
```

## Passes: nginx in a pod

```yaml title="nginx.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: edge, namespace: web}
data:
  default.conf: |
    server {
        listen 80;
        location / { proxy_pass http://catalogue.shop.svc.cluster.local:8080; }
    }
---
apiVersion: v1
kind: Pod
metadata: {name: edge, namespace: web}
spec:
  volumes:
    - name: conf
      configMap: {name: edge}
  containers:
    - name: nginx
      image: nginx:1.27
      volumeMounts:
        - {name: conf, mountPath: /etc/nginx/conf.d}
```

```yaml title="shop.yaml"
apiVersion: v1
kind: Service
metadata: {name: catalogue, namespace: shop}
spec:
  ports:
    - port: 8080
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

## Passes: a tunnel

```yaml title="tunnel.yaml"
apiVersion: v1
kind: ConfigMap
metadata: {name: tunnel, namespace: edge}
data:
  config.yaml: |
    tunnel: shop
    ingress:
      - hostname: shop.example.org
        service: http://catalog.shop:8080
      - service: http_status:404
---
apiVersion: v1
kind: Pod
metadata: {name: tunnel, namespace: edge}
spec:
  volumes:
    - name: conf
      configMap: {name: tunnel}
  containers:
    - name: cloudflared
      image: cloudflare/cloudflared:2025.2.0
      args: [tunnel, --config, /etc/cloudflared/config.yaml, run]
      volumeMounts:
        - {name: conf, mountPath: /etc/cloudflared}
---
apiVersion: v1
kind: Service
metadata: {name: catalog, namespace: shop}
spec:
  ports: [{port: 8080}]
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

```yaml title="ingress.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: store-front  # error: [upstream-unknown] "`store-front`"
                port:
                  number: 80
---
apiVersion: v1
kind: Service
metadata:
  name: storefront
  namespace: shop
spec:
  ports:
    - port: 80
```

## Passes: an Ingress

```yaml title="ingress.yaml"
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  namespace: shop
spec:
  rules:
    - host: shop.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: made-by-an-operator
                port:
                  number: 80
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
        - name: web-svc  # error: [upstream-unknown] "`web-svc`"
          port: 80
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
        - {name: made-by-an-operator, port: 80}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.dial import Purpose
from upstreamlint.facets.judgement import Judgement, Obstacle
from upstreamlint.facets.wording import caller, ends


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name that nobody answers to."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.UNKNOWN_NAME, Obstacle.OTHER_NAMESPACE):
        lost = costs.of(found)
        asker = _asker(found)
        project_wide = asker is not found.dial.owner
        hit = lost.hit
        if project_wide and hit is None and found.stops is None:
            # What a project is broken by hits what its services answer.
            hit = graph.affected(found.dial.owner)
        yield Finding(
            message=_message(found),
            primary=Label(found.anchor, "nobody answers to this name"),
            subject=asker,
            related=ends(found),
            symptom=lost.symptom,
            fix=found.fix,
            help=_help(found),
            assumption=lost.assumption,
            fault=found.wanted if project_wide else f"{found.dial.variable} {found.wanted}".strip(),
            hit=hit,
            stops=found.stops,
        )


def _asker(found: Judgement) -> object:
    """What is broken: the project, where services of one are told the same name that nobody has."""
    project = found.dial.caller.project
    if found.dial.purpose is Purpose.WRITTEN and project is not None:
        return f"{project.files[0]}#{found.wanted}"
    return found.dial.owner


def _message(found: Judgement) -> str:
    dial = found.dial
    if dial.caller.service is not None:
        return f"no service, alias or container is named `{found.wanted}`, which {caller(dial)} dials"
    meta = getattr(dial.caller.workload or found.owner, "meta", None)
    if meta is None and dial.caller.cluster is None:
        return f"nothing here is named `{found.wanted}`, which {caller(dial)} dials"
    namespace = dial.namespace or (meta.namespace if meta is not None else "")
    where = f" in namespace `{namespace}`" if namespace and "." not in found.wanted else ""
    return f"no Service answers to `{found.wanted}`{where}, which {caller(dial)} dials"


def _help(found: Judgement) -> str:
    if found.remedy:
        return found.remedy
    if not found.near:
        return (
            "use the name of a service of this project"
            if found.dial.caller.service
            else "name a Service that exists"
        )
    instead = found.near[0].instead
    if not instead:
        return f"give these pods a Service `{found.wanted}`"
    # The rest of a full name stays as it is.
    rest = (
        found.wanted.partition(".")[2]
        if found.dial.caller.workload is not None and "." not in instead
        else ""
    )
    return f"use `{instead}.{rest}`" if rest else f"use `{instead}`"
