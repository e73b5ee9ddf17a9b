"""Traefik's file provider looks where nothing is put.

The image has no such file or folder. Traefik logs `Cannot start the provider`, or finds no configuration, and each host
that the files were to route answers `404 page not found`.

Mount the files where the provider looks, or tell it where they are.

Basis: Traefik, pkg/provider/file; traefik/traefik-library-image.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command:
      - --entrypoints.web.address=:80
      - --providers.file.directory=/etc/traefik/dynamic  # error: [provider-file-missing] "nothing"
    volumes: ["./dynamic:/dynamic:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```yaml title="dynamic/api.yml"
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api: {loadBalancer: {servers: [{url: http://api:3000}]}}
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command:
      - --entrypoints.web.address=:80
      - --providers.file.directory=/etc/traefik/dynamic
    volumes: ["./dynamic:/etc/traefik/dynamic:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["3000"]
```

```yaml title="dynamic/api.yml"
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
from upstreamlint.programs.traefik.references import ProviderFile

_NO_ROUTER = Symptom(404, "404 page not found", "", "Traefik's file provider finds nothing")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each place of a file provider that is empty."""
    for found in graph.broken(ProviderFile):
        yield Finding(
            message=f"nothing is put at `{found.wanted}`, where Traefik's file provider looks",
            primary=Label(found.anchor, "the image has nothing there"),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.elsewhere),
            symptom=_NO_ROUTER,
            help="mount the files there, or name the place where they are",
            assumption="" if found.elsewhere else "the provider is in use",
            fault=found.wanted,
        )
