"""Two upstreams have one name.

Names ignore case, and files that are included count together: nginx logs `duplicate upstream` and does not start.
`http` and `stream` have names of their own.

Rename one of them, or merge their servers.

Basis: measured on nginx 1.22.1 and 1.31.4, within a file and across includes.

## Fails

```nginx title="nginx.conf"
events {}
http {
    upstream shop { server 10.0.0.1:8080; }
    upstream Shop { server 10.0.0.2:8080; }  # error: [duplicate-upstream] "`Shop`"
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
from upstreamlint.programs.nginx.instance import NginxInstance
from upstreamlint.programs.nginx.model import Upstream
from upstreamlint.symptoms import nginx_refuses


@rule(severity=Severity.ERROR)
def check(graph: Graph) -> Iterator[Finding]:
    """Yield each upstream whose name is taken."""
    for instance in graph.nodes(NginxInstance):
        first: dict[tuple[str, str], Upstream] = {}
        for upstream in instance.config.upstreams:
            known = first.setdefault((upstream.context, upstream.key), upstream)
            if known is upstream:
                continue
            yield Finding(
                message=f"upstream `{upstream.name}` is defined twice",
                primary=Label(upstream.name.anchor, "the name is taken"),
                subject=upstream,
                related=(Label(known.name.anchor, "by this upstream"),),
                symptom=nginx_refuses(f'duplicate upstream "{upstream.name}"'),
                help="rename one of them, or put their servers into one upstream",
            )
