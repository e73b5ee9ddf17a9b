"""A middleware or a service that Traefik reads and cannot make: the routers that use it are left out.

Two kinds of middleware under one name, a `redirectScheme` without its scheme, an `addPrefix` without its prefix, a user of `basicAuth` without a hash, a range of
addresses that is none, a port in a label that is no number, a `failover` (or a `weighted` with `healthCheck`) of a service
that has no `healthCheck` itself. Traefik logs why, and the hosts answer `404 page not found`.

A `forwardAuth` without an `address` is made, and asks nobody: every request is answered with `500`. It is often one middleware whose options
stand under several names.

Correct it; write two middlewares of two kinds under two names, and the options of one under one; give the service
`healthCheck: {path: …}`, and `healthCheck: {}` to one that mirrors or weighs others.

Basis: Traefik, pkg/server/middleware and pkg/middlewares; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: api
      traefik.http.middlewares.api.stripprefix.prefixes: /api
      traefik.http.middlewares.api.compress: "true"  # error: [router-part-refused] "both `stripprefix` and `compress`"
```

## Fails: one middleware under two names

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  login:
    image: registry.example/login:1
    expose: ["3000"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: login,login-headers
      traefik.http.middlewares.login.forwardauth.address: http://login:3000/verify
      traefik.http.middlewares.login-headers.forwardauth.authResponseHeaders: X-User  # error: [router-part-refused] "no `address`"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.middlewares: strip,compress
      traefik.http.middlewares.strip.stripprefix.prefixes: /api
      traefik.http.middlewares.compress.compress: "true"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import Unbuilt

_NO_ROUTER = 404


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each part of a router that cannot be made."""
    for found in graph.broken(Unbuilt):
        yield Finding(
            message=f"Traefik cannot {'make' if found.status == _NO_ROUTER else 'ask with'} {found.name}: {found.why}",
            primary=Label(found.anchor, "refused" if found.status == _NO_ROUTER else "asks nobody"),
            subject=found.owner,
            symptom=Symptom(
                found.status,
                "404 page not found" if found.status == _NO_ROUTER else "",
                "",
                f"Traefik logs `{found.log}`",
            ),
            assumption="" if found.hit else "a router uses it",
            fault=f"{found.name} {found.why}",
            hit=found.hit,
        )
