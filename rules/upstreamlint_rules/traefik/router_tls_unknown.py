"""A Traefik router names TLS options, or a resolver of certificates, that Traefik does not have.

Options that are not there take the router down: Traefik logs `unknown TLS options`, and the host answers `404 page not found`.
Labels cannot define options: those of a file are named with `@file`. Without its resolver (`Router uses a nonexistent
certificate resolver`) a router answers with Traefik's own certificate, which no client trusts: a browser warns, and a proxy
in front that verifies answers 502 or 526. Names keep their letters.

Write the name as it is defined, or define it.

Basis: Traefik, pkg/server/router and cmd/traefik; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command:
      - --providers.docker=true
      - --entrypoints.websecure.address=:443
      - --certificatesresolvers.letsencrypt.acme.tlschallenge=true
    ports: ["443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.tls.certresolver: letencrypt  # warning: [router-tls-unknown] "`letencrypt`"
      traefik.http.routers.api.tls.options: modern@file  # error: [router-tls-unknown] "`modern@file`"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command:
      - --providers.docker=true
      - --providers.file.filename=/dynamic.yml
      - --entrypoints.websecure.address=:443
      - --certificatesresolvers.letsencrypt.acme.tlschallenge=true
    ports: ["443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro", "./dynamic.yml:/dynamic.yml:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.tls.certresolver: letsencrypt
      traefik.http.routers.api.tls.options: modern@file
```

```yaml title="dynamic.yml"
tls:
  options:
    modern: {minVersion: VersionTLS13}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import NameKind, TraefikName


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name of TLS that Traefik does not know."""
    for found in graph.broken(TraefikName):
        if found.kind not in (NameKind.OPTIONS, NameKind.RESOLVER):
            continue
        near = found.near[:1]
        lost = found.kind is NameKind.OPTIONS
        yield Finding(
            message=f"Traefik has no {found.kind} `{found.wanted}`, which {found.by} names",
            primary=Label(found.anchor, "no such name"),
            subject=found.owner,
            related=tuple(Label(c.anchor, c.text) for c in near)
            or tuple(Label(*far) for far in found.far_end),
            symptom=Symptom(404, "404 page not found", "", "Traefik logs `unknown TLS options`")
            if lost
            else Symptom(
                log="Traefik logs `Router uses a nonexistent certificate resolver` and shows a certificate of its own"
            ),
            help=f"write `{near[0].instead}`" if near else "define it, or take it out",
            assumption="" if lost else "clients verify the certificate",
            fault=f"{found.by} {found.wanted}",
            hit=found.hit if lost else (),
        )
