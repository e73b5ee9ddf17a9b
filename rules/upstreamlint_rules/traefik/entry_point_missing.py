"""A Traefik router names an entry point that Traefik does not have.

Traefik logs `EntryPoint doesn't exist` and leaves the router out there; with no other entry point the host answers
`404 page not found`. Names keep their letters: `Web` is not `web`. Without any entry point of its own Traefik has
`http`, at port 80. A redirection to one that is not there (`redirections.entryPoint.to`) is not made: what comes in goes on as
it is.

The static configuration is a file, or arguments, or variables: where there is a file, Traefik reads neither of the
others.

Name an entry point that Traefik has, or define it.

Basis: Traefik, pkg/server/router and pkg/config/static; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    ports: ["80:80"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.entrypoints: websecure  # error: [entry-point-missing] "`websecure`"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80, --entrypoints.websecure.address=:443]
    ports: ["80:80", "443:443"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.entrypoints: web,websecure
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import NameKind, TraefikName

_LEFT_OUT = Symptom(404, "404 page not found", "", "Traefik logs `EntryPoint doesn't exist`")


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each entry point that Traefik does not have."""
    for found in graph.broken(TraefikName):
        if found.kind is not NameKind.ENTRY_POINT:
            continue
        near = found.near[:1]
        yield Finding(
            message=f"Traefik has no entry point `{found.wanted}`, which {found.by} names",
            primary=Label(found.anchor, "no such entry point"),
            subject=found.owner,
            related=tuple(Label(c.anchor, c.text) for c in near)
            or tuple(Label(*far) for far in found.far_end),
            symptom=_LEFT_OUT,
            help=f"write `{near[0].instead}`"
            if near
            else f"define `{found.wanted}`, or name another entry point",
            assumption="requests are meant to come in there" if found.partly else "",
            fault=f"{found.by} {found.wanted}",
            hit=() if found.partly else found.hit,
        )
