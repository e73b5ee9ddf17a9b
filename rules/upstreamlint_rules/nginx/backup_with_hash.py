"""A `backup` server after a method that knows no backups.

`ip_hash`, `hash` and `random` do not support `backup`: nginx logs `balancing method does not support parameter
"backup"` and does not start. It checks this while it reads, so a method that stands *after* the server line is not
caught, and the backup even works; such a file is left alone.

Remove the backup, or use another method such as `least_conn`.

Basis: measured on nginx 1.22.1 and 1.31.4, in both orders.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {
        ip_hash;
        server 10.0.0.1:8080;
        server 10.0.0.2:8080 backup;  # error: [backup-with-hash] "`ip_hash`"
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
        least_conn;
        server 10.0.0.1:8080;
        server 10.0.0.2:8080 backup;
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
from upstreamlint.symptoms import nginx_refuses

_WITHOUT_BACKUP = frozenset({"ip_hash", "hash", "random"})


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each backup that its upstream's method refuses."""
    for upstream in graph.nodes(Upstream):
        for server in upstream.servers:
            before = [m for m in upstream.methods if m.order < server.order]
            parameter = server.parameter("backup")
            if parameter is None or not before or before[-1].name not in _WITHOUT_BACKUP:
                continue
            method = before[-1]
            yield Finding(
                message=f"`{method.name}` does not support `backup`",
                primary=Label(parameter.anchor, "refused here"),
                subject=upstream,
                related=(Label(method.directive.head, "because of this method"),),
                symptom=nginx_refuses('balancing method does not support parameter "backup"'),
                help="remove `backup`, or use a method that supports it, such as `least_conn`",
                fault=server.written.value,
            )
