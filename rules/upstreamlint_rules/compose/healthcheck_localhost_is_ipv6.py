"""A health check asks `localhost`, takes `::1` for it, and is refused.

`localhost` has two addresses in a container, and `::1` is the first. The `wget` of busybox, which images on Alpine bring, tries that one and
gives up; `curl`, and the `wget` of GNU, go on with `127.0.0.1`. A server that listens on IPv4 alone (`listen 80;` in nginx, `--host 0.0.0.0`) refuses
the question, so the container turns unhealthy although it serves everybody else: what waits for it with `service_healthy` does not
start, and Traefik drops its route.

Ask `127.0.0.1`, or listen on IPv6 too (`listen [::]:80;`).

Basis: RFC 6724, order of addresses; busybox, `networking/wget.c`, which dials one address; observed in public reports.

## Fails

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27-alpine
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    healthcheck:
      test: wget -q --spider http://localhost/  # warning: [healthcheck-localhost-is-ipv6]
```

```nginx title="web.conf"
server {
    listen 80;
    root /srv;
}
```

## Passes

```yaml title="compose.yaml"
services:
  web:
    image: nginx:1.27-alpine
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    healthcheck:
      test: wget -q --spider http://127.0.0.1/
  both:
    image: nginx:1.27-alpine
    volumes: ["./both.conf:/etc/nginx/conf.d/default.conf:ro"]
    healthcheck:
      test: wget -q --spider http://localhost/
  debian:
    image: nginx:1.27
    volumes: ["./web.conf:/etc/nginx/conf.d/default.conf:ro"]
    healthcheck:
      test: curl -f http://localhost/
```

```nginx title="web.conf"
server {
    listen 80;
    root /srv;
}
```

```nginx title="both.conf"
server {
    listen 80;
    listen [::]:80;
    root /srv;
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import symptom
from upstreamlint.facets.judgement import Obstacle
from upstreamlint.facets.wording import ends, own_check


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each check that asks on IPv6 what only listens on IPv4."""
    for found in graph.checked(Obstacle.IPV4_ONLY):
        yield Finding(
            message=f"{own_check(found)} asks `{found.dial.host}`, which is `::1` first, "
            "where nothing listens",
            primary=Label(found.anchor, f"`{found.dial.by}` does not go on with 127.0.0.1"),
            subject=found.owner,
            related=ends(found),
            symptom=symptom(found),
            help="ask `127.0.0.1`, or listen on IPv6 too",
            fault=found.wanted,
        )
