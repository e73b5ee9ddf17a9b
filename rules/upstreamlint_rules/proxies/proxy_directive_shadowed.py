"""What stands before a proxy of a Caddyfile takes or rewrites every request that the proxy is for.

Caddy does not run the directives of a site from top to bottom: `redir`, `rewrite`, `uri` and `try_files` come before
`handle`, and all of these before `reverse_proxy`. Of the `handle`s that fit only the first runs. So a `handle` without a matcher takes
what `reverse_proxy /api/*` beside it is for, a `reverse_proxy` without one all that a second one would get, and behind
`try_files {path} /index.html` no path is `/api/*` any more: the API answers with the page.

Give each its own `handle`, with its matcher: `handle /api/*`, and a `handle` without one for the rest.

Basis: Caddy, caddyconfig/httpcaddyfile/directives.go (`sortRoutes`); measured on Caddy 2.11.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
:80 {
    root * /srv
    try_files {path} /index.html
    file_server
    # warning: [proxy-directive-shadowed] "reverse_proxy"
    reverse_proxy /api/* api:8000
}
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: caddy:2
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile:ro"]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```caddyfile title="Caddyfile"
:80 {
    handle /api/* {
        reverse_proxy api:8000
    }
    handle {
        root * /srv
        try_files {path} /index.html
        file_server
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.caddy.run import Caddy, LoneCaddy


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each proxy that no request comes to."""
    servers: list[Caddy | LoneCaddy] = [*graph.nodes(Caddy), *graph.nodes(LoneCaddy)]
    for server in servers:
        for one in server.config.shadowed if not server.faults else ():
            yield Finding(
                message=f"no request comes to this `{one.name}`: `{one.by}`, which Caddy runs before it, {one.text}",
                primary=Label(one.anchor, "never asked"),
                subject=server,
                related=(Label(one.earlier, one.text),),
                assumption="" if one.sure else "the file is there",
                help="put each into a `handle` of its own, with its matcher",
                fault=f"{one.name}:{one.anchor.start}",
            )
