"""An upstream has backups and no server that they could stand in for.

nginx wants at least one server without `backup` and refuses the configuration otherwise: it logs
`no servers in upstream` and does not start.

Remove `backup` from one of the servers.

Basis: measured on nginx 1.22.1 and 1.31.4, for `http` and `stream`.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {  # error: [upstream-only-backups] "`shop`"
        server 10.0.0.1:8080 backup;
        server 10.0.0.2:8080 backup;
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


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream whose servers are all backups."""
    for upstream in graph.nodes(Upstream):
        if upstream.servers and all(s.backup for s in upstream.servers) and not upstream.opaque:
            yield Finding(
                message=f"upstream `{upstream.name}` has only `backup` servers",
                primary=Label(upstream.anchor, "no server here is a primary one"),
                subject=upstream,
                related=(Label(upstream.servers[0].anchor, "a backup"),),
                symptom=nginx_refuses(f'no servers in upstream "{upstream.name}"'),
                help="remove `backup` from one of the servers",
            )
