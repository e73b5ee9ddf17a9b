"""No server of an upstream is ever taken out, because each has `max_fails=0`.

nginx counts failed attempts, and leaves a server out for `fail_timeout` after `max_fails` of them. With `max_fails=0` it
counts nothing: a dead server gets its share of the requests for ever, and each of them waits for the timeout before the next
server is tried, or ends with `502` where retries are not allowed.

Remove `max_fails=0`, or check the servers actively.

Basis: ngx_http_upstream_module, `max_fails`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080 max_fails=0;  # info: [passive-health-check-off] "`shop`"
        server 10.0.0.2:8080 max_fails=0;
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
        server 10.0.0.2:8080;
    }
    server {
        listen 80;
        location / { proxy_pass http://shop; }
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
    """Yield each upstream of several servers whose failures are not counted, and which nothing else checks."""
    checked = {
        id(upstream)
        for passed in graph.references(ProxyPass)
        for upstream in passed.upstreams
        if passed.target.scopes[0].all("health_check")
    }
    for upstream in graph.nodes(Upstream):
        live = [s for s in upstream.servers if not s.down]
        if len(live) < 2 or upstream.opaque or id(upstream) in checked:  # noqa: PLR2004
            continue
        if any(s.max_fails != 0 for s in live):
            continue
        first = live[0].parameter("max_fails")
        yield Finding(
            message=f"no server of upstream `{upstream.name}` is taken out when it fails",
            primary=Label(first.anchor if first is not None else upstream.anchor, "failures are not counted"),
            subject=upstream,
            symptom=BAD_GATEWAY._replace(log="while a server is down"),
            help="remove `max_fails=0`",
        )
