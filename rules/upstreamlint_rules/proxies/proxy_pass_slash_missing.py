"""`ProxyPass` takes a prefix that ends with a slash to a URL that does not.

httpd replaces the prefix and leaves the rest: `ProxyPass / http://shop:8000` makes `http://shop:8000basket` of
`/basket`. That is no host and port, so it answers `500` (before 2.4.58 `502 DNS lookup failure`) to everything but the
prefix itself; `/` still works, which is what makes it hard to see.

A URL with a path is not reported: what is put together then is a path that may be meant.

Write a slash at both ends, or at neither.

Basis: measured on Apache httpd 2.4.71, `tests/truth/apache`; the manual of mod_proxy, `ProxyPass`.

## Fails

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
# error: [proxy-pass-slash-missing] "http://shop:8000"
ProxyPass        / http://shop:8000
ProxyPassReverse / http://shop:8000
```

## Passes

```yaml title="compose.yaml"
services:
  edge:
    image: httpd:2.4
    volumes: ["./httpd.conf:/usr/local/apache2/conf/httpd.conf:ro"]
  shop:
    image: registry.example/shop:1
    expose: ["8000"]
```

```apache title="httpd.conf"
Listen 80
ProxyPass /basket http://shop:8000
ProxyPass / http://shop:8000/
ProxyPassReverse / http://shop:8000/
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.finding import Symptom
from upstreamlint.programs.apache.run import Apache, LoneApache


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each URL that the rest of a path is glued to."""
    servers: list[Apache | LoneApache] = [*graph.nodes(Apache), *graph.nodes(LoneApache)]
    for server in servers:
        for one in server.astray.glued:
            url = one.target.value
            related = (
                (Label(one.path_word.anchor, "this prefix is cut off with its slash"),)
                if one.path_word
                else ()
            )
            yield Finding(
                message=f"a request for `{one.path}page` goes to `{url}page`: the slash behind `{url}` is missing",
                primary=Label(one.target.anchor, "the rest of the path is put here"),
                subject=server,
                related=related,
                symptom=Symptom(500, log="Apache logs `DNS lookup failure` or an invalid port"),
                help=f"write `{url}/`",
                fault=f"{one.path} {url}",
            )
