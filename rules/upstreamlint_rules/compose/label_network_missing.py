"""A proxy that reads labels cannot reach the container, or may choose the wrong network.

Traefik dials one of the container's addresses. On several networks it needs to be told which: by the label
`traefik.docker.network` or the provider's `network`. Untold it may take one that it is not on, and the client gets
504 Gateway Timeout. The label takes the engine's name of the network, `<project>_<key>` unless the file names it.
nginx-proxy marks a container that it shares no network with as `down` (502 or 503). A container with `network_mode:
service:vpn` has no address of its own: nginx-proxy, tsdproxy and caddy-docker-proxy find nothing to dial.

caddy-docker-proxy looks for containers on its ingress networks: those of `CADDY_INGRESS_NETWORKS` or
`--ingress-networks`, else its own. They are named as the engine names them; a container on none of them gives
503, with `no upstreams available` in Caddy's log. The label `caddy_ingress_network` names another one.

Put both on one network and name it in the label; move labels to the service that owns the network.

Basis: Traefik's Docker provider and its issues 1254, 5040; nginx-proxy's template; almeidapaulopt/tsdproxy issue 186;
generator/containers.go of lucaslorentz/caddy-docker-proxy.

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: --providers.docker=true
    networks: [web]
  shop:
    image: registry.example/shop:1
    labels:
      traefik.http.routers.shop.rule: Host(`shop.example`)  # warning: [label-network-missing] "`shop`"
      traefik.http.services.shop.loadbalancer.server.port: 3000
    networks: [web, data]
networks:
  web: {}
  data: {}
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: --providers.docker=true
    networks: [web]
  shop:
    image: registry.example/shop:1
    labels:
      traefik.docker.network: web
      traefik.http.routers.shop.rule: Host(`shop.example`)
      traefik.http.services.shop.loadbalancer.server.port: 3000
    networks: [web, data]
networks:
  web: {name: web}
  data: {}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.graph.compose.references import LabelObstacle, LabelRoute

_TIMEOUT = Symptom(504, "Gateway Timeout", "", "Traefik")
_DOWN = Symptom(502, "", "", "nobody to dial")

_NOBODY = Symptom(503, "", "", "Caddy logs `no upstreams available`")

_WHAT = {
    LabelObstacle.NETWORK_UNKNOWN: (
        "the engine knows no network `{wanted}` of `{name}`",
        "write `{instead}`, or give the network that `name`",
        _TIMEOUT,
        "{proxy} falls back on a network that it is not on",
    ),
    LabelObstacle.NETWORK_NOT_JOINED: (
        "`{name}` and {proxy} do not meet on the network `{wanted}`",
        "name a network that both are on",
        _TIMEOUT,
        "nobody connects the two by hand",
    ),
    LabelObstacle.NETWORK_AMBIGUOUS: (
        "{proxy} may dial `{name}` on a network that it is not on itself",
        "add the label `traefik.docker.network={instead}`",
        _TIMEOUT,
        "{proxy} takes that network",
    ),
    LabelObstacle.NO_ADDRESS: (
        "`{name}` has no address of its own for {proxy} to dial",
        "move the labels to `{instead}`",
        _DOWN,
        "this release of {proxy} does not look into the other container",
    ),
    LabelObstacle.ON_HOST: (
        "`{name}` is on the machine's network, where {proxy} finds no address of it",
        "put it on a network of {proxy}, or write `host.docker.internal` and the port in place of `{{{{upstreams}}}}`",
        _NOBODY,
        "",
    ),
    LabelObstacle.NOT_LOOKED_FOR: (
        "no network of `{name}` has the name `{wanted}`, where {proxy} looks for it",
        "write `{instead}`, or give the network that `name`",
        _NOBODY,
        "",
    ),
}


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each service that its proxy does not reach for sure."""
    for route in graph.broken(LabelRoute):
        if route.obstacle is None or route.obstacle not in _WHAT:
            continue
        message, remedy, symptom, assumption = _WHAT[route.obstacle]
        words = {
            "proxy": route.proxy,
            "name": route.service.name,
            "wanted": route.wanted,
            "instead": route.instead,
        }
        yield Finding(
            message=message.format(**words),
            primary=Label(route.anchor, f"read by {route.proxy}"),
            subject=route.service,
            related=tuple(Label(anchor, about) for anchor, about in route.far_end),
            symptom=symptom,
            fix=route.fix,
            help=remedy.format(**words),
            assumption=assumption.format(**words),
            fault=route.wanted,
        )
