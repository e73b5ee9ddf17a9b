"""A proxy sends requests to a Compose service that runs no container.

With `scale: 0` or `deploy.replicas: 0` the service's name resolves nowhere. Compose starts what depends on it
without a word, even with `condition: service_healthy`. nginx exits with `[emerg] host not found in upstream`;
other proxies answer 502 or 503.

Give the service at least one replica, or take the route away.

Basis: observed with Compose 5: dependents of a service with 0 replicas start.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    deploy:
      replicas: 0
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:3000;  # error: [scaled-to-zero] "no container"
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
    expose: ["3000"]
    deploy:
      replicas: 2
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
from upstreamlint.facets.wording import assumption
from upstreamlint.model.compose import ComposeService


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each host whose services have no replica."""
    for host in graph.judged(Obstacle.SCALED_TO_ZERO):
        target = host.target
        if not isinstance(target, ComposeService):
            continue
        count = target.replicas_anchor
        by_variable = count is not None and "$" in count.source.text[count.start : count.end]
        yield Finding(
            message=f"`{target.name}` runs no container, so `{host.wanted}` does not resolve",
            primary=Label(host.anchor, "nobody answers to this name"),
            subject=target,
            related=tuple(Label(anchor, text) for anchor, text in host.far_end),
            symptom=symptom(host),
            help=f"run at least one container of `{target.name}`",
            assumption="the variable keeps its default" if by_variable else assumption(host),
            fault=host.wanted,
            stops=host.stops,
        )
