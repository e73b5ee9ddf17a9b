"""A proxy waits until its upstream has started, although a health check could say when it is ready.

The short form of `depends_on` waits for the container's process, not for the program in it. The first requests
meet a service that still loads, and are answered 502. The service has a health check: Compose can wait for it.

Use the long form with `condition: service_healthy`.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on:
      - api  # info: [depends-on-only-started] "`api`"
  api:
    image: registry.example/api:1
    expose: ["8080"]
    healthcheck:
      test: ["CMD", "/bin/ready"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on:
      api:
        condition: service_healthy
  api:
    image: registry.example/api:1
    expose: ["8080"]
    healthcheck:
      test: ["CMD", "/bin/ready"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8080;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.proxied import proxied
from upstreamlint.model.compose import health_state


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each proxy that does not wait for the health that its upstream reports."""
    for service, proxy, client, _ in proxied(graph):
        state, where = health_state(service)
        for dependency in client.depends_on if client is not None and state == "checked" else ():
            if dependency.service.value != service.name.value or dependency.condition != "service_started":
                continue
            yield Finding(
                message=f"{proxy} in `{client.name if client else ''}` does not wait until `{service.name}` is healthy",
                primary=Label(dependency.condition_anchor, "waits for the process only"),
                subject=service,
                related=(Label(where, "this check says when it is ready"),),
                symptom=Symptom(502, "", "", f"{proxy}, while the service starts"),
                help="wait with `condition: service_healthy`",
            )
