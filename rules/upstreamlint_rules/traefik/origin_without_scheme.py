"""The URL of a Traefik server has no scheme.

Traefik takes `api:3000` for a URL of the scheme `api` and answers `500 Internal Server Error`; an address of digits it
cannot read at all, and the host answers `404 page not found`.

Write `http://` or `https://` in front.

Basis: Go's net/url, with which Traefik reads URLs; measured on 3.7.

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
    expose: ["3000"]
```

```yaml title="dynamic.yml"
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api:
      loadBalancer:
        servers:
          - url: api:3000  # error: [origin-without-scheme] "no scheme"
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
    expose: ["3000"]
```

```yaml title="dynamic.yml"
http:
  routers:
    api: {rule: Host(`api.example`), service: api}
  services:
    api:
      loadBalancer:
        servers:
          - url: http://api:3000
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, patterns, rule
from upstreamlint.programs.traefik.references import OriginUrl

_UNREADABLE = Symptom(404, "404 page not found", "", "Traefik logs `error parsing server URL`")
_FAILS = Symptom(500, "Internal Server Error", "", "")
_DIGITS = patterns.compile(r"[0-9][^/]*:")
"""What Go cannot take for a scheme, and sees a colon in."""


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URL without a scheme."""
    for found in graph.broken(OriginUrl):
        yield Finding(
            message=f"the URL `{found.wanted}` of a Traefik server has no scheme",
            primary=Label(found.anchor, "no `http://` in front"),
            subject=found.owner,
            symptom=_UNREADABLE if _DIGITS.match(found.wanted) else _FAILS,
            help=f"write `http://{found.wanted.lstrip('/')}`",
            fault=found.wanted,
            hit=found.hit,
        )
