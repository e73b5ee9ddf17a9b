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
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.upstreams import PortObstacle, UpstreamPort
from upstreamlint.model.compose import ComposeService
from upstreamlint.symptoms import refused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that only the machine has."""
    for port in graph.broken(UpstreamPort):
        target = port.target
        if port.obstacle is not PortObstacle.PUBLISHED or not isinstance(target, ComposeService):
            continue
        inside = port.near[0].instead if port.near else ""
        yield Finding(
            message=f"port {port.number} of `{target.name}` is published on the host, but not served by the container",
            primary=Label(port.anchor, "refused between containers"),
            subject=port.owner,
            related=tuple(Label(anchor, text) for anchor, text in port.far_end),
            symptom=refused(port.proxy),
            help=f"use port {inside}" if inside else "use the container's port",
            assumption="" if port.proxy else "the service dials what is written here",
            fault=f"{target.name}:{port.number}",
        )
