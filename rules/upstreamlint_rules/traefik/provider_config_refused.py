"""Traefik leaves out what a provider tells it, for one field that it does not know.

- Labels: one field that is none (`loadbalancer.port` for `loadbalancer.server.port`, `middleware` for `middlewares`), and every
  router, service and middleware of the container is left out.
- Files: one such field, and everything that the file provider reads is left out, other files too; when Traefik runs
  already, it keeps what it had, until it starts again.
- Files: an element that holds nothing, `middlewares: {}` or `loadBalancer:` with an empty `servers:`, does the same.

Traefik logs `field not found, node: …` or `… cannot be a standalone element`, and the hosts answer `404 page not found`.

Fields count in any case of letters. A word that is like no field of any release is not judged.

Correct the field, or take the empty element out.

Basis: Traefik, pkg/config/dynamic and traefik/paerser; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "./dynamic.yml:/dynamic.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.services.api.loadbalancer.port: "3000"  # error: [provider-config-refused] "`port` is no field here"
```

```yaml title="dynamic.yml"
http:
  routers:
    old:
      rule: Host(`old.example`)
      entrypoint: [web]  # error: [provider-config-refused] "`entryPoints` is"
      service: old
  services:
    old: {loadBalancer: {servers: [{url: http://api:3000}]}}
  middlewares: {}  # error: [provider-config-refused] "cannot be a standalone element"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "./dynamic.yml:/dynamic.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.tls.domains[0].main: api.example
      traefik.http.services.api.loadbalancer.server.port: "3000"
```

```yaml title="dynamic.yml"
http:
  routers:
    old:
      rule: Host(`old.example`)
      entrypoints: web
      service: old
  services:
    old: {loadBalancer: {servers: [{url: http://api:3000}]}}
  middlewares:
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import ProviderRefused


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each thing for which a provider is left out."""
    for found in graph.broken(ProviderRefused):
        lost = f"all labels of `{found.service}`" if found.service else "all that its file provider reads"
        yield Finding(
            message=f"Traefik leaves out {lost}: {found.message}",
            primary=Label(found.anchor, "refused"),
            subject=found.owner,
            related=(Label(found.traefik.place.node.anchor, "the Traefik that reads it"),),
            symptom=Symptom(
                404, "404 page not found", "", "Traefik logs why when it reads the configuration"
            ),
            fault=found.message,
            hit=found.hit,
        )
