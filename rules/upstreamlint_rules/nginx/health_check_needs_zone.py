"""`health_check` for an upstream without `zone`.

Active health checks of NGINX Plus keep their results in memory that all workers share. Without a `zone` in the upstream
nginx refuses the configuration and does not start.

Add a `zone` to the upstream.

Basis: ngx_http_upstream_hc_module, `health_check`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; }
    match healthy { status 200; }
    server {
        listen 80;
        status_zone shop;
        location / {
            proxy_pass http://shop;
            health_check match=healthy;  # error: [health-check-needs-zone] "`shop`"
        }
    }
}
```

## Passes

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        zone shop 64k;
        server 10.0.0.1:8080;
    }
    match healthy { status 200; }
    server {
        listen 80;
        status_zone shop;
        location / {
            proxy_pass http://shop;
            health_check match=healthy;
        }
    }
}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from upstreamlint import Finding, Graph, Label, Severity, rule
from upstreamlint.programs.nginx.references import ProxyPass
from upstreamlint.symptoms import REFUSES_TO_START


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each health check whose upstream has no shared memory."""
    for passed in graph.references(ProxyPass):
        found = next(iter(passed.target.scopes[0].all("health_check")), None)
        for upstream in passed.upstreams:
            if found is None or upstream.zone is not None or upstream.opaque:
                continue
            yield Finding(
                message=f"`health_check` needs a `zone` in upstream `{upstream.name}`",
                primary=Label(found.head, "its results have to be shared between workers"),
                subject=upstream,
                related=(Label(upstream.anchor, "no `zone` here"),),
                symptom=REFUSES_TO_START,
                help=f"add `zone {upstream.name} 64k;` to the upstream",
            )
