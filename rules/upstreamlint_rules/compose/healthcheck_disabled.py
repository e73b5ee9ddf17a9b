"""The health check of a service behind a proxy is switched off.

`disable: true` and `test: ["NONE"]` switch off the check that the image brings. The container counts as ready the
moment its process starts, and as well for as long as that lives: requests reach it while it loads, and when it
hangs.

Take the switch away, or write a check that suits.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8080"]
    healthcheck:  # warning: [healthcheck-disabled] "`api`"
      disable: true
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
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8080"]
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
from upstreamlint.model.compose import effective_healthcheck


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service behind a proxy whose check is switched off."""
    for service, proxy, _, anchor in proxied(graph):
        found = effective_healthcheck(service)
        if found is None or found.form not in ("NONE", "disabled"):
            continue
        yield Finding(
            message=f"the health check of `{service.name}`, which stands behind {proxy}, is switched off",
            primary=Label(found.anchor, "switched off here"),
            subject=service,
            related=(Label(anchor, "requests come from here"),),
            symptom=Symptom(502, "", "", f"{proxy}, while the service starts or hangs"),
            help="write a check, or let the image's own run",
        )
