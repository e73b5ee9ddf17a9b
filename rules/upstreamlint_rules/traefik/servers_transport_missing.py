"""A Traefik service names a `serversTransport` that no provider defines.

Traefik logs `servers transport not found` and makes no router: the host answers `404 page not found`. Labels cannot
define one: a service of a label needs the name of another provider, `…@file`.

Define it in a file of the file provider, and write its name with `@file` in labels.

Basis: Traefik, pkg/server/service; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["./dynamic.yml:/dynamic.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8443"]
```

```yaml title="dynamic.yml"
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api:
      loadBalancer:
        serversTransport: insecure  # error: [servers-transport-missing] "`insecure`"
        servers: [{url: https://api:8443}]
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.file.filename=/dynamic.yml, --entrypoints.web.address=:80]
    volumes: ["./dynamic.yml:/dynamic.yml:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8443"]
```

```yaml title="dynamic.yml"
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api:
      loadBalancer:
        serversTransport: insecure
        servers: [{url: https://api:8443}]
  serversTransports:
    insecure: {insecureSkipVerify: true}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import NameKind, TraefikName

_LEFT_OUT = Symptom(404, "404 page not found", "", "Traefik logs `servers transport not found`")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each transport that nothing defines."""
    for found in graph.broken(TraefikName):
        if found.kind is not NameKind.TRANSPORT:
            continue
        near = found.near[:1]
        yield Finding(
            message=f"Traefik knows no serversTransport `{found.wanted}`, which {found.by} names",
            primary=Label(found.anchor, "no such serversTransport"),
            subject=found.owner,
            related=(*(Label(c.anchor, c.text) for c in near), *(Label(*far) for far in found.far_end)),
            symptom=_LEFT_OUT,
            help=f"write `{near[0].instead}`"
            if near
            else "define it in a file, and name it with `@file` in labels",
            fault=f"{found.by} {found.wanted}",
            hit=found.hit,
        )
