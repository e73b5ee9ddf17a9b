"""A Traefik router names no service, and the labels of its container define several.

With one service in the labels of a container, a router needs no name for it. With more, Traefik cannot choose: it logs
`Router … cannot be linked automatically with multiple Services`, makes no router, and the host answers `404 page not found`.

Say which: `traefik.http.routers.<router>.service: <service>`.

Basis: Traefik, pkg/provider/configuration.go; measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  api:
    image: registry.example/api:1
    expose: ["3000", "9000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)  # error: [router-without-service] "names none of them"
      traefik.http.services.api.loadbalancer.server.port: "3000"
      traefik.http.services.admin.loadbalancer.server.port: "9000"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  api:
    image: registry.example/api:1
    expose: ["3000", "9000"]
    labels:
      traefik.http.routers.api.rule: Host(`api.example`)
      traefik.http.routers.api.service: api
      traefik.http.services.api.loadbalancer.server.port: "3000"
      traefik.http.services.admin.loadbalancer.server.port: "9000"
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import RouterWithoutService

_NO_ROUTER = Symptom(
    404, "404 page not found", "", "Traefik logs `cannot be linked automatically with multiple Services`"
)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each router that Traefik cannot link."""
    for found in graph.broken(RouterWithoutService):
        names = " and ".join(f"`{name}`" for name in found.services[:3])
        yield Finding(
            message=f"router `{found.wanted}` has the services {names} to choose from, and names none of them",
            primary=Label(found.anchor, "no service is named"),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.far_end),
            symptom=_NO_ROUTER,
            help=f"add `traefik.http.routers.{found.wanted}.service`",
            fault=found.wanted,
            hit=found.hit,
        )
