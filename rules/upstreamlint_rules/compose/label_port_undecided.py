"""Labels or variables bring a proxy to a container, and do not say which of its ports to dial.

Traefik dials the port of `traefik.http.services.<name>.loadbalancer.server.port`, else the lowest exposed one, and
says `port is missing` when there is none: the router does not exist then (404). nginx-proxy dials `VIRTUAL_PORT`, else the only exposed port, else 80.

Name the container's port. One that it does not serve is a matter of [upstream-port-not-served](upstream-port-not-served.md).

Basis: Traefik's Docker provider; nginx-proxy's template, its issues 413 and 1372.

## Fails

```yaml title="compose.yaml"
services:
  shop:
    image: node:22
    command: node shop.js
    labels:
      traefik.http.routers.shop.rule: Host(`shop.example`)  # warning: [label-port-undecided] "no port"
```

## Passes

```yaml title="compose.yaml"
services:
  shop:
    image: registry.example/shop:1
    ports: ["8081:3000"]
    labels:
      traefik.http.routers.shop.rule: Host(`shop.example`)
      traefik.http.services.shop.loadbalancer.server.port: 3000
  blog:
    image: registry.example/blog:1
    ports: ["8082:2368"]
    environment:
      VIRTUAL_HOST: blog.example
      VIRTUAL_PORT: 2368
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.graph.compose.references import LabelObstacle, LabelRoute
from upstreamlint.symptoms import NO_ROUTER, refused

_WHAT = {
    LabelObstacle.NO_PORT: "{proxy} finds no port of `{name}` to dial",
    LabelObstacle.NO_NUMBER: "`{wanted}` is no port, which {proxy} dials `{name}` on",
    LabelObstacle.AMBIGUOUS_PORT: "{proxy} will dial port {port} of `{name}`, which exposes several others",
}


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that a proxy is brought to without a port."""
    for route in graph.broken(LabelRoute):
        if route.obstacle is None or route.obstacle not in _WHAT:
            continue
        text = _WHAT[route.obstacle].format(
            proxy=route.proxy, port=route.port, name=route.service.name, wanted=route.wanted
        )
        yield Finding(
            message=text,
            primary=Label(
                route.anchor,
                "not a number" if route.obstacle is LabelObstacle.NO_NUMBER else "names no port",
            ),
            subject=route.service,
            related=tuple(Label(anchor, about) for anchor, about in route.far_end),
            symptom=NO_ROUTER if route.obstacle is LabelObstacle.NO_PORT else refused(route.proxy),
            fix=route.fix,
            help=f"use port {route.instead}" if route.instead else "name the container's port",
            fault=route.wanted,
        )
