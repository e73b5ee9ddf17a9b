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
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import caller, name_of


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each process that is dialled from outside of its container, and only listens inside."""
    for found in graph.judged(Obstacle.LOOPBACK_ONLY):
        listen = found.listen
        if listen is None:
            continue
        what = f"by default (`{listen.text}`)" if listen.implied else f"(`{listen.text}`)"
        yield Finding(
            message=f"`{name_of(found.target)}` listens on loopback only {what}, out of reach for {caller(found.dial)}",
            primary=Label(listen.anchor, "binds the container's own loopback"),
            subject=found.target,
            related=(Label(found.anchor, "dialled from outside of it"),),
            symptom=symptom(found),
            help="bind `0.0.0.0`",
            assumption=found.assumption,
            port=listen.port,
        )
