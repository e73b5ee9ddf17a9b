"""A program in a container dials loopback, where nothing but itself runs.

`localhost` and `127.0.0.1` mean the container, or the pod, that the proxy runs in: not the machine, and not the
service beside it. Nothing listens there, so the connection is refused: `502` from nginx, cloudflared, Tailscale and Traefik, `503 UF` from
Envoy and Pomerium.

Reported when the container runs the proxy alone and shares its network with nothing. A sidecar does share it: a service with
`network_mode: service:<proxy>`, or a container of the same pod, is reached on loopback.

A variable of a Compose service that holds the address of a database, a queue or a cache is judged as well, where a service beside it serves
the very port. URLs of HTTP are not: a browser on the machine may be meant.

Dial the name of the service that listens on the port, or give it the proxy's network.

Basis: network namespaces of containers; nginx/docker-nginx issues; cloudflare/cloudflared issue 976; tailscale/tailscale issue 13931.

## Fails: a variable

```yaml title="compose.yaml"
services:
  app:
    image: registry.example/app:1
    environment:
      REDIS_URL: redis://localhost:6379/0  # error: [loopback-in-container] "`localhost`"
  redis:
    image: redis:7
```

## Fails: nginx

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
  api:
    image: registry.example/api:1
    expose: ["5000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://127.0.0.1:5000; }  # error: [loopback-in-container] "`127.0.0.1`"
}
```

## Fails: Envoy

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
              - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 8080}}}  # error: [loopback-in-container] "`127.0.0.1`"
```

## Fails: a tunnel

```yaml title="compose.yaml"
services:
  tunnel:
    image: cloudflare/cloudflared:2025.2.0
    command: tunnel --config /etc/cloudflared/config.yml run
    volumes: ["./config.yml:/etc/cloudflared/config.yml:ro"]
    depends_on: [photos]
  photos:
    image: registry.example/photos:1
    expose: ["2342"]
```

```yaml title="config.yml"
tunnel: photos
ingress:
  - hostname: photos.example.org
    service: http://localhost:2342  # error: [loopback-in-container] "`localhost`"
  - service: http_status:404
```

## Passes: nginx

```yaml title="compose.yaml"
services:
  edge:
    image: nginx:1.27
    volumes:
      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["5000"]
```

```nginx title="edge.conf"
server {
    listen 80;
    location / { proxy_pass http://api:5000; }
}
```

## Passes: Envoy

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

## Passes: a tunnel

```yaml title="compose.yaml"
services:
  tunnel:
    image: tailscale/tailscale:v1.80.0
    environment: {TS_SERVE_CONFIG: /config/serve.json}
    volumes: ["./serve.json:/config/serve.json:ro"]
  photos:
    image: registry.example/photos:1
    network_mode: service:tunnel
    depends_on: [tunnel]
```

```json title="serve.json"
{
  "TCP": {"443": {"HTTPS": true}},
  "Web": {
    "photos.tailnet.example:443": {"Handlers": {"/": {"Proxy": "http://127.0.0.1:2342"}}}
  }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each loopback address that leads to nobody."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.LOOPBACK):
        dial, lost = found.dial, costs.of(found)
        who = dial.by or dial.caller.title
        what = "container" if dial.caller.service is not None else "pod"
        meant = (
            f"`{found.near[0].instead}`" if found.near else "the name of the service that listens on the port"
        )
        yield Finding(
            message=f"`{found.wanted}` is the {what} of {who} itself, and nothing there listens on the port",
            primary=Label(found.anchor, f"the {what} that {who} runs in"),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            fix=() if dial.with_name else found.fix,
            help=f"dial {meant}{dial.with_name}",
            assumption=found.assumption or lost.spared,
            fault=f"{found.wanted}:{found.dial.port}",
            hit=lost.hit,
        )
