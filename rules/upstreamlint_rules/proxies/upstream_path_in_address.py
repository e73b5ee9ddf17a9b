"""An upstream of Caddy has a path behind its address.

`reverse_proxy` takes addresses without paths. Written with a scheme, `http://api:8000/v1` is refused; without one, Caddy takes what stands before the
slash for the name of a network, as in `tcp/api:8000`, starts, and answers every request with 502.

Write the address alone, and change the path where requests are taken: `handle_path /v1/*`, `uri strip_prefix`, `rewrite`.

Basis: Caddy, listeners.go, `SplitNetworkAddress`; measured on 2.11.7.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```caddy title="Caddyfile"
:80 {
        reverse_proxy api:8000/v1  # error: [upstream-path-in-address] "network"
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
    depends_on: [api]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```caddy title="Caddyfile"
:80 {
        rewrite * /v1{uri}
        reverse_proxy tcp/api:8000
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, Symptom, rule
from upstreamlint.programs.forwarding import Forwarder, Pool
from upstreamlint.programs.lone import Lone


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each address with a path."""
    for pool in _pools(graph):
        for written in pool.misread:
            network, _, path = written.value.partition("/")
            yield Finding(
                message=f"Caddy takes `{network}` in `{written.value}` for the name of a network",
                primary=Label(written.anchor, "an address has no path"),
                subject=pool,
                symptom=Symptom(502, log=f"Caddy logs `unknown network {network}`"),
                help=f"write `{network}`" + (f", and put `/{path}` in front with `rewrite`" if path else ""),
                fault=written.value,
            )


def _pools(graph: Graph) -> Iterator[Pool]:
    ways = [way for one in graph.every(Forwarder) for way in one.ways]
    ways += [way for one in graph.every(Lone) for way in one.ways]
    return (way.pool for way in ways if way.pool is not None)
