"""A Traefik router stands at a door where clients speak TLS and has none, or has TLS where clients speak plain text.

A router takes requests over TLS alone where it has `tls`, or its entry point has; otherwise plain ones alone. At an entry
point that is published as port 443, a router without TLS answers every client with Traefik's own certificate and `404 page not
found`; at one that is published as 80, a router with TLS answers `404 page not found`.

Add `tls=true` (or a resolver) to the router, or to its entry point; name the entry point for plain requests, or a
redirection.

Basis: Traefik, pkg/server/router; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80, --entrypoints.websecure.address=:443]
    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)  # warning: [router-at-wrong-door] "router `api`"
      traefik.http.routers.api.entrypoints: websecure
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80, --entrypoints.websecure.address=:443]
    ports: ["80:80", "443:443"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  api:
    image: registry.example/api:1
    expose: ["3000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.entrypoints: websecure
      traefik.http.routers.api.tls: "true"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import WrongDoor


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each router that takes nothing of what comes to its entry points."""
    for found in graph.broken(WrongDoor):
        what = "has no TLS" if found.secure else "has TLS"
        yield Finding(
            message=f"router `{found.router}` {what}, and its entry point is published as {found.published}",
            primary=Label(
                found.anchor, "takes no request over TLS" if found.secure else "takes requests over TLS alone"
            ),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.far_end),
            symptom=Symptom(404, "404 page not found", "", "no router takes the request"),
            help="add the label `tls=true`, or `tls` to the entry point"
            if found.secure
            else "name the entry point of HTTPS, or redirect plain requests",
            assumption=f"clients of port {found.published} speak {'TLS' if found.secure else 'plain text'}",
            fault=f"{found.router} {found.published}",
            hit=found.hit,
        )
