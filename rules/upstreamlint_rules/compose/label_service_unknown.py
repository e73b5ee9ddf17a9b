"""A router in Traefik's labels names a service that no label defines.

`traefik.http.routers.<router>.service` names one of the services that Traefik's Docker provider finds: those of
`traefik.http.services.<name>.…` on any container, or the one that a container without such labels has by itself,
`<service>-<project>`. With another name the router is dropped with the log line `the service "<name>@docker" does not
exist`, and its requests get `404 page not found`. Names of other providers carry them: `name@file`, `api@internal`.

Reported when the container defines a service of another name, or when another one's comes near.

Use one name in both labels, or leave the router's out: with one service on the container it is taken.

Basis: Traefik's documentation of the Docker provider, `routers.<router_name>.service`.

## Fails

```yaml title="compose.yaml"
services:
  blog:
    image: registry.example/blog:1
    expose: ["2368"]
    labels:
      traefik.http.routers.blog.rule: Host(`blog.example`)
      traefik.http.routers.blog.service: blog-web  # warning: [label-service-unknown] "blog-web"
      traefik.http.services.blog.loadbalancer.server.port: 2368
```

## Passes

```yaml title="compose.yaml"
services:
  blog:
    image: registry.example/blog:1
    expose: ["2368"]
    labels:
      traefik.http.routers.blog.rule: Host(`blog.example`)
      traefik.http.routers.blog.service: blog
      traefik.http.services.blog.loadbalancer.server.port: 2368
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.references import LabelObstacle, LabelRoute


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service of Traefik that does not exist."""
    for route in graph.broken(LabelRoute):
        if route.obstacle is not LabelObstacle.SERVICE_UNKNOWN:
            continue
        name = route.wanted.partition("@")[0]
        yield Finding(
            message=f"Traefik knows no service `{name}`, which a router of `{route.service.name}` names",
            primary=Label(route.anchor, "no label defines it"),
            subject=route.service,
            related=tuple(Label(anchor, about) for anchor, about in route.far_end),
            symptom=Symptom(
                404, "404 page not found", "", f'Traefik logs `the service "{name}@docker" does not exist`'
            ),
            fix=route.fix,
            help=f"use `{route.instead}`, or define `traefik.http.services.{name}`",
            fault=route.wanted,
        )
