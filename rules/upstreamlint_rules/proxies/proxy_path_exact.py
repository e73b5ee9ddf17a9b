"""A proxy of a Caddyfile is for one path alone, where all that is below it must be meant.

A path of Caddy without `*` at its end is that path and no other. `reverse_proxy / web:8080` proxies the start page: every other
path gets an empty page with `200` where nothing else answers. `handle /api` leaves out `/api/users`, which goes to what is for the
rest. (Caddy 1 took prefixes.)

Write `/api/*`, or `/api*` for both; leave the path out where all requests are meant.

Basis: Caddy, modules/caddyhttp/matchers.go (`MatchPath`); measured on Caddy 2.11.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  web:
    image: registry.example/web:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
shop.example.org {
    # warning: [proxy-path-exact] "`/`"
    reverse_proxy / web:8000
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  web:
    image: registry.example/web:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
shop.example.org {
    reverse_proxy web:8000
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.caddy.run import Caddy, LoneCaddy


@rule(severity=Severity.WARNING)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each path that must be meant for all below it."""
    servers: list[Caddy | LoneCaddy] = [*graph.nodes(Caddy), *graph.nodes(LoneCaddy)]
    for server in servers:
        for one in server.config.exact if not server.faults else ():
            root = one.path == "/"
            yield Finding(
                message=f"this `{one.name}` is for the path `{one.path}` alone, and for none below it",
                primary=Label(one.anchor, "one path"),
                subject=server,
                symptom=Symptom(200, log="Caddy answers every other path with an empty page")
                if root
                else None,
                help="leave the path out" if root else f"write `{one.path.rstrip('/')}/*`",
                fault=f"exact {one.anchor.start}",
            )
