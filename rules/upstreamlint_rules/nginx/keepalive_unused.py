"""`keepalive` in an upstream whose connections are closed after each request.

Before nginx 1.29.7 requests are passed on in HTTP/1.0 with `Connection: close`, unless `proxy_http_version 1.1` and
`proxy_set_header Connection ""` say otherwise: the connections that `keepalive` wants to keep never stay open. Nothing
breaks, but each request pays for a new connection, and ports can run out under load.

Set both directives where the requests are passed on, or use nginx 1.29.7 or newer, which does it by itself.

Basis: measured on nginx 1.22.1 and 1.31.4; ngx_http_upstream_module, `keepalive`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        keepalive 16;  # info: [keepalive-unused] "`shop`"
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080;
        keepalive 16;
    }
    server {
        listen 80;
        location / {
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass http://shop;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass

_BY_ITSELF = (1, 29, 7)


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each `keepalive` that a pass makes useless."""
    for passed in graph.references(ProxyPass):
        version = passed.instance.version
        if passed.target.kind != "proxy_pass" or (version is not None and not version.before(*_BY_ITSELF)):
            continue
        http = passed.target.setting("proxy_http_version")
        if http is not None and [a.value for a in http.args] != ["1.0"]:
            continue
        for upstream in passed.upstreams:
            if upstream.keepalive is not None and upstream.context == "http":
                yield Finding(
                    message=f"`keepalive` of upstream `{upstream.name}` keeps no connection",
                    primary=Label(upstream.keepalive.head, "closed after each request"),
                    subject=upstream,
                    related=(Label(passed.target.anchor, "passed on in HTTP/1.0"),),
                    help='set `proxy_http_version 1.1;` and `proxy_set_header Connection "";`',
                )
