"""Labels speak of a Traefik router under a name that is misspelt another.

Traefik makes a router of each name that it finds. The misspelt one has no rule, and gets the provider's `defaultRule`, a host that is made of the
container's name; what its labels say (middlewares, TLS, entry points) does not hold for the router that was meant. Of a
middleware that asks who it is, this leaves the door open.

Write the name of the router that has the rule.

Basis: Traefik, pkg/provider/docker/config.go and pkg/provider/configuration.go (`BuildRouterConfiguration`).

## Fails

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
    labels:
      traefik.http.routers.shop-secure.rule: Host(`shop.example`)
      traefik.http.routers.shpo-secure.middlewares: login  # warning: [router-misspelt] "`shop-secure`"
      traefik.http.middlewares.login.basicauth.users: "a:$$2y$$05$$0123456789012345678901234567890123456789012345678901a"
```

## Passes

```yaml title="compose.yaml"
services:
  traefik:
    image: traefik:v3.3
    command: [--providers.docker=true, --entrypoints.web.address=:80]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
    labels:
      traefik.http.routers.shop1.rule: Host(`shop.example`)
      traefik.http.routers.shop2.entrypoints: web
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.traefik.references import RouterMisspelt


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each router that is another, misspelt."""
    for found in graph.broken(RouterMisspelt):
        yield Finding(
            message=f"the {found.says} of router `{found.wanted}` do not hold for `{found.meant}`",
            primary=Label(found.anchor, "no label gives this router a rule"),
            subject=found.owner,
            related=tuple(Label(*far) for far in found.far_end),
            help=f"write `{found.meant}`",
            fault=found.wanted,
            hit=found.hit,
        )
