"""An upstream is not checked actively, while another one of the same nginx is.

Without `health_check` nginx learns that a server is down from the requests that fail on it. Where active checks are at hand
(NGINX Plus), an upstream without them sends real requests into a dead server first: `502` or a delay.

Add `health_check` to the location. An nginx that checks no upstream at all is not reported: nginx without Plus cannot.

Basis: ngx_http_upstream_hc_module, `health_check`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop { zone shop 64k; server 10.0.0.1:8080; server 10.0.0.2:8080; }
    upstream cart { zone cart 64k; server 10.0.0.3:8080; server 10.0.0.4:8080; }  # info: [active-health-check-missing] "`cart`"
    server {
        listen 80;
        status_zone shop;
        location / {
            proxy_pass http://shop;
            health_check;
        }
        location /cart {
            proxy_pass http://cart;
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop { zone shop 64k; server 10.0.0.1:8080; server 10.0.0.2:8080; }
    upstream cart { zone cart 64k; server 10.0.0.3:8080; server 10.0.0.4:8080; }
    server {
        listen 80;
        status_zone shop;
        location / {
            proxy_pass http://shop;
            health_check;
        }
        location /cart {
            proxy_pass http://cart;
            health_check;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import BAD_GATEWAY


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream that no location checks, in an nginx that checks another."""
    checked: set[int] = set()
    checking: set[int] = set()
    used: dict[int, tuple[Upstream, ProxyPass]] = {}
    for passed in graph.references(ProxyPass):
        checks = bool(passed.target.scopes[0].all("health_check"))
        for upstream in passed.upstreams:
            used.setdefault(id(upstream), (upstream, passed))
            if checks:
                checked.add(id(upstream))
                checking.add(id(passed.instance))
    for key, (upstream, passed) in used.items():
        if key in checked or id(passed.instance) not in checking or upstream.opaque:
            continue
        if len(upstream.servers) < 2:  # noqa: PLR2004
            continue
        yield Finding(
            message=f"upstream `{upstream.name}` is not checked actively, as others of this nginx are",
            primary=Label(upstream.anchor, "a dead server is found by failing requests"),
            subject=upstream,
            symptom=BAD_GATEWAY._replace(log="until the server is left out"),
            help=f"add `health_check;` to {passed.title}",
        )
