"""An upstream without a single server.

nginx logs `no servers are inside upstream` and does not start. The usual cause is a template whose loop found
nothing to list. An upstream that is filled from elsewhere (`state`, an include that is not among the files, Lua)
is left alone, and so is one that only has a `zone` where NGINX Plus may fill it through its API.

Add a server; in a generated file, write `server 127.0.0.1:1 down;` when there is none.

Basis: measured on nginx 1.22.1 and 1.31.4.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop {  # error: [upstream-empty] "`shop`"
        least_conn;
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
from upstreamlint.programs.nginx.instance import Flavour, NginxInstance
from upstreamlint.symptoms import nginx_refuses

_MAY_BE_PLUS = (Flavour.PLUS, Flavour.UNKNOWN)


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream that nothing fills."""
    for instance in graph.nodes(NginxInstance):
        for upstream in instance.config.upstreams:
            filled = upstream.servers or upstream.opaque or instance.config.templated
            if filled or (upstream.zone is not None and instance.flavour in _MAY_BE_PLUS):
                continue
            yield Finding(
                message=f"upstream `{upstream.name}` has no servers",
                primary=Label(upstream.anchor, "nothing inside"),
                subject=upstream,
                symptom=nginx_refuses("no servers are inside upstream"),
                help="add a `server`, or remove the upstream and what passes to it",
            )
