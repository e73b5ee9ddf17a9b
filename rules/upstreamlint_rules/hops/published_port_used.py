"""A port that the host publishes is used between containers.

`ports: ["9000:3000"]` opens port 9000 on the machine and leads it to port 3000 of the container. Between
containers there is no such mapping: on port 9000 the container does not listen, and the connection is refused
(nginx: 502, `connect() failed (111: Connection refused)`).

The rule speaks when the number is published, differs from the container's, and nothing of the service (its
`expose`, command, environment, health check, Dockerfile, or what is known of its image) names it.

Use the port on the right of the colon.

Basis: Compose specification, `ports`; nginx-proxy/nginx-proxy issues 413 and 1372.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    ports: ["9000:3000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:9000;  # error: [published-port-used] "9000"
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    ports: ["9000:3000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:3000;
    }
}
```

## Fails: labels

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    ports: ["8081:3000"]
    labels:
      traefik.http.routers.shop.rule: Host(`shop.example`)
      traefik.http.services.shop.loadbalancer.server.port: 8081  # error: [published-port-used] "8081"
  blog:
    image: registry.example/blog:1
    ports: ["8082:2368"]
    environment:
      VIRTUAL_HOST: blog.example
      VIRTUAL_PORT: 8082  # error: [published-port-used] "8082"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers.cost import Costs
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that only the machine has."""
    costs = Costs(graph)
    for found in graph.judged(Obstacle.PUBLISHED):
        name, lost = name_of(found.target), costs.of(found)
        yield Finding(
            message=f"port {found.wanted} of `{name}` is published on the host, but not served by the container",
            primary=Label(found.anchor, "refused between containers"),
            subject=found.dial.owner,
            related=ends(found),
            symptom=lost.symptom,
            fix=found.fix,
            help=f"use port {found.near[0].instead}" if found.near else "use the container's port",
            assumption=lost.assumption,
            fault=f"{name}:{found.wanted}",
            hit=lost.hit,
        )
