"""A service behind a proxy runs a command that ends.

A container lives as long as its first process. With `alpine` or `python` and no command, or with a command that does
its work and returns (`npm run build`, a migration), the container exits, its name leaves the DNS, and the proxy
finds nobody: nginx exits with `[emerg] host not found in upstream`, other proxies answer 502.

Give the service a command that keeps serving.

Basis: the images' default commands; engine: only running containers are in its DNS.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: node:22
    command: npm run build  # warning: [backend-exits] "`api`"
    expose: ["3000"]
    healthcheck:
      test: ["CMD", "node", "health.js"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:3000;
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
    command: sh -c "npm run build && npm start"
    expose: ["3000"]
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

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.endings import ending
from upstreamlint.graph.compose.proxied import proxied


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that a proxy dials and that does not stay."""
    for service, proxy, _, anchor in proxied(graph):
        found = ending(service)
        if found is None:
            continue
        place, text = found
        yield Finding(
            message=f"`{service.name}` stands behind {proxy}, and {text}",
            primary=Label(place, "the container exits"),
            subject=service,
            related=(Label(anchor, f"{proxy} dials it here"),),
            symptom=Symptom(
                502, "", "", "nginx does not start: `host not found in upstream`" if proxy == "nginx" else ""
            ),
            help="give it a command that keeps serving",
        )
