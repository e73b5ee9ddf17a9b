"""A Traefik router, or a chain, names a middleware that no provider defines.

Traefik logs `middleware "…" does not exist` and makes no router: the host answers `404 page not found`. A name without
`@` is one of the provider that names it: a label means `…@docker`, a file `…@file`. Labels of containers that Traefik
passes by define nothing.

Write the name with its provider, or define the middleware.

Basis: Traefik, pkg/server/middleware; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "./dynamic.yml:/dynamic.yml:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: strip  # error: [middleware-missing] "`strip`"
```

```yaml title="dynamic.yml"
http:
  middlewares:
    strip:
      stripPrefix: {prefixes: [/api]}
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "./dynamic.yml:/dynamic.yml:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: strip@file,compress
      traefik.http.middlewares.compress.compress: "true"
```

```yaml title="dynamic.yml"
http:
  middlewares:
    strip:
      stripPrefix: {prefixes: [/api]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import NameKind, TraefikName


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each middleware that nothing defines."""
    for found in graph.broken(TraefikName):
        if found.kind is not NameKind.MIDDLEWARE:
            continue
        near = found.near[:1]
        log = f'Traefik logs `middleware "{found.wanted}" does not exist`'
        yield Finding(
            message=f"Traefik knows no middleware `{found.wanted}`, which {found.by} names",
            primary=Label(found.anchor, "no such middleware"),
            subject=found.owner,
            related=(*(Label(c.anchor, c.text) for c in near), *(Label(*far) for far in found.far_end)),
            symptom=Symptom(404, "404 page not found", "", log),
            help=f"write `{near[0].instead}`" if near else "define it, or take it out of the list",
            fault=f"{found.by} {found.wanted}",
            hit=found.hit,
        )
