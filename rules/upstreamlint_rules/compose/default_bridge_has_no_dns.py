"""A proxy on the default bridge looks up a service by name.

The engine answers names on networks that a user defined, and Compose makes such a network for each project.
`network_mode: bridge` puts a container on the engine's own bridge instead, where only `links` resolve. nginx
exits with `[emerg] host not found in upstream`; other proxies answer 502.

Drop `network_mode: bridge`.

Basis: engine, `IsUserDefined`.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    network_mode: bridge
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    network_mode: bridge
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:3000;  # error: [default-bridge-has-no-dns] "`api`"
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
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service name that is looked up on the default bridge."""
    for host in graph.judged(Obstacle.NO_DNS):
        client, project = host.dial.caller.service, host.dial.caller.project
        if client is None:
            continue
        podman = project is not None and project.podman
        yield Finding(
            message=f"`{host.wanted}` does not resolve from `{client.name}`, which is on the default bridge",
            primary=Label(host.anchor, f"looked up by `{client.name}`"),
            subject=host.owner,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=symptom(host),
            help="put both on one `Network`"
            if podman
            else "drop `network_mode: bridge`, so that the services are on the project's network",
            fault=host.wanted,
            stops=host.stops,
        )
