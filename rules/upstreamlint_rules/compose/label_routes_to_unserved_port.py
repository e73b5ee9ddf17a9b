"""A label or variable sends a proxy to a port that the container does not serve.

Traefik dials the port of `traefik.http.services.<name>.loadbalancer.server.port`, else the lowest exposed one, and
says `port is missing` when there is none. nginx-proxy dials `VIRTUAL_PORT`, else the only exposed port, else 80. Both
dial the container itself: a port on the left of a colon in `ports` is the host's, and is refused there (502 Bad
Gateway).

Name the container's port.

Basis: Traefik's Docker provider; nginx-proxy's template, its issues 413 and 1372.

## Fails

```yaml title="compose.yaml"
services:
  shop:
    image: node:22
    command: node shop.js
    labels:
      traefik.http.routers.shop.rule: Host(`shop.example`)  # warning: [label-routes-to-unserved-port] "no port"
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
from upstreamlint.symptoms import refused

_WHAT = {
    LabelObstacle.NO_PORT: "{proxy} finds no port of `{name}` to dial",
    LabelObstacle.AMBIGUOUS_PORT: "{proxy} will dial port {port} of `{name}`, which exposes several others",
}


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each port that a label names and the container does not serve."""
    for route in graph.broken(LabelRoute):
        if route.obstacle is None or route.obstacle not in _WHAT:
            continue
        text = _WHAT[route.obstacle].format(proxy=route.proxy, port=route.port, name=route.service.name)
        yield Finding(
            message=text,
            primary=Label(route.anchor, "not served by the container"),
            subject=route.service,
            related=tuple(Label(anchor, about) for anchor, about in route.far_end),
            symptom=refused(route.proxy),
            help=f"use port {route.instead}" if route.instead else "name the container's port",
            fault=route.wanted,
        )
