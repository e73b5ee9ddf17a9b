"""An earlier `ProxyPass` takes every request that a later one is for.

Of the `ProxyPass` and `ProxyPassMatch` lines outside of sections httpd takes the first whose path fits: behind
`ProxyPass /` no other is asked, `ProxyPass /api !` among them. The requests reach the wrong server, whose answer is
mostly `404`.

Write longer paths first. Those in `<Location>` sections are sorted otherwise, and are not meant here.

Basis: measured on Apache httpd 2.4.71; manual of mod_proxy, "Ordering ProxyPass Directives".

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
    depends_on: [shop, api]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
ProxyPass / http://shop:8000/
# error: [proxy-pass-shadowed] "`/api`"
ProxyPass /api http://api:8000/
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
    depends_on: [shop, api]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
  api:
    image: registry.example/api:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
LoadModule proxy_module modules/mod_proxy.so
LoadModule proxy_http_module modules/mod_proxy_http.so
ProxyPass /api http://api:8000/
ProxyPass / http://shop:8000/
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.apache.run import Apache, LoneApache


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each pass that stands behind one that takes all of its requests."""
    servers: list[Apache | LoneApache] = [*graph.nodes(Apache), *graph.nodes(LoneApache)]
    for server in servers:
        for one, earlier in server.astray.shadowed:
            yield Finding(
                message=f"no request comes to the `{one.kind}` of `{one.path}`: that of `{earlier.path}` stands before it",
                primary=Label(one.anchor, "never asked"),
                subject=server,
                related=(Label(earlier.anchor, "takes these requests"),),
                help=f"put it before that of `{earlier.path}`",
                fault=f"{one.path} {one.target.value}",
            )
