"""No server of a pool is given requests, or it has none.

A server of HAProxy that is `disabled`, or whose weight is 0, is given none, and neither is a member of a balancer of
httpd with the status `D` (disabled), `S` (stopped) or `N` (drained). Where that holds of every one, and no backup waits,
each request is answered with `503`, although the configuration is accepted. So it is where a pool has no server: a
`balancer://` of a name to which no `<Proxy>` gives members, an empty `<Proxy balancer://…>`, a backend of HAProxy without
a `server`. Traefik does the same with a `loadBalancer` without `servers`, or
with such of the weight 0 only.

Let one of them take requests. HAProxy's servers can be enabled while it runs, through a socket with `level admin`; where
there is one, this is a warning.

Basis: measured on HAProxy 2.6.12 and 2.8.25, and on Apache httpd 2.4.71 and Traefik 3.7.15. For nginx see `upstream-all-down`, for Envoy
`envoy-all-endpoints-unhealthy`.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```haproxy title="haproxy.cfg"
defaults
  mode http
frontend web
  bind :80
  default_backend shop
# error: [servers-all-out] "`shop`"
backend shop
  server one shop:8000 disabled
  server two shop:8000 weight 0
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: haproxy:3.0
    volumes: ["./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro"]
    depends_on: [shop]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```haproxy title="haproxy.cfg"
defaults
  mode http
frontend web
  bind :80
  default_backend shop
backend shop
  server one shop:8000 disabled
  server two shop:8000 backup
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.answers import Failure, answer
from upstreamlint.programs.connectors.model import Connector
from upstreamlint.programs.connectors.model import Pool as Connected
from upstreamlint.programs.forwarding import Forwarder, Pool


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pool that requests are passed to and none of whose servers takes any."""
    for forwarder in graph.every(Forwarder):
        pools: dict[int, Pool] = {id(way.pool): way.pool for way in forwarder.ways if way.pool is not None}
        for pool in pools.values():
            if pool.out:
                yield Finding(
                    message=f"no server of `{pool.name}` is given requests",
                    primary=Label(pool.anchor, "each is disabled, or has the weight 0"),
                    subject=pool,
                    related=tuple(Label(at, "is given none") for at in pool.out[:3]),
                    symptom=answer(pool.by, Failure.NO_ENDPOINTS),
                    help="let one of them take requests",
                    assumption=pool.enabled,
                )
            elif pool.lacks:
                near = (Label(pool.meant[0], f"`{pool.meant[1]}` is defined"),) if pool.meant else ()
                yield Finding(
                    message=f"`{pool.name}` has no server",
                    primary=Label(pool.anchor, pool.lacks),
                    subject=pool,
                    related=near,
                    symptom=answer(pool.by, Failure.NO_ENDPOINTS),
                    help=f"write `{pool.meant[1]}`" if pool.meant else "give it a server",
                    assumption=pool.enabled,
                )
    for connector in graph.nodes(Connector):
        for made in _reached(r.pool for r in connector.rules):
            if made.idle:
                yield Finding(
                    message=f"no server of `{made.name}` is given requests",
                    primary=Label(made.anchor, "there is none, or each has the weight 0"),
                    subject=made,
                    symptom=answer(connector.program.name, Failure.NO_ENDPOINTS),
                    help="let one of them take requests",
                )


def _reached(pools: Iterable[Connected]) -> Iterable[Connected]:
    """Pools, and those that they are made of, each once."""
    found: dict[int, Connected] = {}
    todo = list(pools)
    while todo:
        pool = todo.pop()
        if id(pool) not in found:
            found[id(pool)] = pool
            todo += [part for part, _ in pool.parts]
    return found.values()
