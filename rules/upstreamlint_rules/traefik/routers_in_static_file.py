"""Routers stand in Traefik's static configuration, which has none.

Traefik starts, and says nothing: what the file holds under `http`, `tcp` and `udp` is left out, and the hosts answer
`404 page not found`. Routers, services and middlewares are told by a provider. A file provider that reads this very file
makes them too.

Put them into a file of their own, and name it: `providers: {file: {filename: /etc/traefik/dynamic.yml}}`.

Basis: measured on Traefik 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    volumes: ["./traefik.yml:/etc/traefik/traefik.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```yaml title="traefik.yml"
entryPoints:
  web: {address: ":80"}
http:
  routers:
    api: {rule: Host(`api.example`), service: api}  # error: [routers-in-static-file] "router `api`"
  services:
    api: {loadBalancer: {servers: [{url: http://api:3000}]}}
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    volumes: ["./traefik.yml:/etc/traefik/traefik.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```yaml title="traefik.yml"
entryPoints:
  web: {address: ":80"}
providers:
  file: {filename: /etc/traefik/traefik.yml}
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api: {loadBalancer: {servers: [{url: http://api:3000}]}}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import StaticRouters

_NO_ROUTER = Symptom(404, "404 page not found", "", "Traefik logs nothing: it has no such router")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield the first router of each static file, with all that are lost."""
    for found in graph.broken(StaticRouters):
        yield Finding(
            message=f"router `{found.wanted}` stands in Traefik's static configuration, where none is read",
            primary=Label(found.anchor, "not read"),
            subject=found.owner,
            symptom=_NO_ROUTER,
            help="put routers and services into a file that `providers.file` names",
            hit=found.hit,
        )
