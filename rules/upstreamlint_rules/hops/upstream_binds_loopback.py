"""A service behind a proxy listens on loopback only.

`127.0.0.1` inside a container is that container. A program bound to it is out of reach for every other container:
the name resolves, the network is shared, and the connection is refused (nginx: 502, `connect() failed (111:
Connection refused)`). It answers when asked from inside (`docker compose exec`), which makes this hard to see.

The address is read from the command (`--bind 127.0.0.1:8000`, `--host localhost` …) and from variables such as
`HOST`. Development servers that bind loopback when told nothing (`flask run`, `uvicorn`, `manage.py runserver`, `ng
serve` …) are reported as warnings.

Bind `0.0.0.0`.

Basis: observed in public reports; each server's documentation for the defaults.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    command: gunicorn shop.wsgi --bind 127.0.0.1:8000  # error: [upstream-binds-loopback] "127.0.0.1:8000"
    expose: ["8000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8000;
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
    command: gunicorn shop.wsgi --bind 0.0.0.0:8000
    expose: ["8000"]
```

```nginx title="web.conf"
server {
    listen 80;
    location / {
        proxy_pass http://api:8000;
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.facets.judgement import Facet
from upstreamlint.graph.compose.proxied import proxied
from upstreamlint.places.compose.listening import loopback_binding
from upstreamlint.symptoms import refused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that a proxy dials and that only listens to itself."""
    dialled: dict[int, set[int]] = {}
    for found in graph.judgements:
        if found.facet is Facet.PORT and found.number is not None:
            dialled.setdefault(id(found.target), set()).add(found.number)
    for service, proxy, client, anchor in proxied(graph):
        binding = loopback_binding(service)
        shared = client is not None and service.name.value in (client.shares, client.name.value)
        if binding is None or shared or (service.network_mode is not None and service.network_mode.value):
            continue
        numbers = dialled.get(id(service), set())
        if binding.port is not None and numbers and binding.port not in numbers:
            continue
        certain = binding.port is not None and not binding.implied
        what = "by default" if binding.implied else f"(`{binding.text}`)"
        yield Finding(
            message=f"`{service.name}` listens on loopback only {what}, out of reach for {proxy}",
            primary=Label(binding.anchor, "binds the container's own loopback"),
            subject=service,
            related=(Label(anchor, f"{proxy} dials it from another container"),),
            symptom=refused(proxy),
            help="bind `0.0.0.0`",
            assumption="" if certain else "nothing else in the image changes the address",
        )
