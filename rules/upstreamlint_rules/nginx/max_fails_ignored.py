"""`max_fails` or `fail_timeout` on the only server of an upstream has no effect.

nginx never takes the server of a group with a single address out: there would be nobody else to ask.

Remove the parameters, or add a second server or a backup.

Basis: measured on nginx 1.22.1 and 1.31.4; `peers->single` in ngx_http_upstream_round_robin.c.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        server 10.0.0.1:8080 max_fails=3;  # info: [max-fails-ignored] "max_fails"
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
        server 10.0.0.1:8080 max_fails=3;
        server 10.0.0.2:8080 max_fails=3;
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


@rule(severity=Severity.INFO)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each parameter that a single server ignores."""
    for upstream in graph.nodes(Upstream):
        if len(upstream.servers) != 1 or upstream.opaque or upstream.servers[0].address.kind != "ip":
            continue
        for name in ("max_fails", "fail_timeout", "slow_start"):
            parameter = upstream.servers[0].parameter(name)
            if parameter is not None:
                yield Finding(
                    message=f"`{name}` has no effect on the only server of upstream `{upstream.name}`",
                    primary=Label(parameter.anchor, "ignored"),
                    subject=upstream,
                    help="remove it, or add a second server",
                )
                break
