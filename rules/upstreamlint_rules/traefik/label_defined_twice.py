"""The labels of two containers define a router, a service or a middleware of one name, each in its own way.

Traefik logs `HTTP router defined multiple times with different configurations` and keeps none of them: the hosts of both
answer `404 page not found`. Copies of a container have the same labels and are fine. Services that differ in their servers
alone are put together, and a router that names no service has the one of its container: two containers with the
same rule and no service of their own do not share a router.

Give each its own name.

Basis: Traefik, pkg/provider (`Merge`); measured on 3.7.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["3000"]
    labels:
      traefik.http.routers.app.rule: Host(`shop.example`)
  blog:
    image: registry.example/blog:1
    expose: ["3000"]
    labels:
      traefik.http.routers.app.rule: Host(`blog.example`)  # error: [label-defined-twice] "router `app`"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]
  one:
    image: registry.example/shop:1
    expose: ["3000"]
    labels: &shop
      traefik.http.routers.shop.rule: Host(`shop.example`)
      traefik.http.routers.shop.service: shop
      traefik.http.services.shop.loadbalancer.server.port: "3000"
  two:
    image: registry.example/shop:1
    expose: ["3000"]
    labels: *shop
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.traefik.references import DefinedTwice


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each name that two containers define."""
    for found in graph.broken(DefinedTwice):
        first, second = found.services
        log = f"Traefik logs `{found.kind} defined multiple times with different configurations`"
        yield Finding(
            message=f"{found.kind} `{found.wanted}` is defined by `{first}` and by `{second}`, and not alike: Traefik keeps neither",
            primary=Label(found.anchor, "defined again"),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.far_end),
            symptom=Symptom(404, "404 page not found", "", log),
            help=f"give the {found.kind} of `{second}` a name of its own",
            assumption="both projects run at once" if found.apart else "",
            fault=f"{found.kind} {found.wanted}",
            hit=found.hit,
        )
